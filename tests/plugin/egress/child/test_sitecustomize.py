"""Python child processes of a test that know the real API's address by heart."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_cerebras import egress

SENDS = "from urllib.request import urlopen\nurlopen('https://api.cerebras.ai/v1/models')\n"


@pytest.fixture
def child(tmp_path):
    """Return a function that runs code in a child process with more variables."""

    def run(code, variables, *flags, **more):
        script = tmp_path / "app.py"
        script.write_text(code)
        return subprocess.run(
            [sys.executable, *flags, script],
            env={**os.environ, **variables, **more},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_stopped(child, tmp_path):
    """A request of a child is stopped there, and known here."""
    with egress.guarded() as watch:
        done = child(SENDS, watch.variables())
        [sentence] = watch.escapes
    assert done.returncode == 1
    assert "EscapeError: a request to api.cerebras.ai was stopped" in done.stderr
    assert f"({tmp_path / 'app.py'}:2)" in sentence


ASYNC = """import asyncio

async def main():
    await asyncio.open_connection("api.cerebras.ai", 443)

asyncio.run(main())
"""


def test_stopped_async(child, sent_by):
    """So is one on an event loop, whose names are resolved in a thread."""
    with egress.guarded() as watch:
        done = child(ASYNC, watch.variables())
        [sentence] = watch.escapes
    assert done.returncode == 1
    waiting = ('await asyncio.open_connection("api.cerebras.ai", 443)', "asyncio.run(main())")
    assert sent_by(sentence) in waiting  # the main thread may not have come to rest yet


def test_others(child):
    """A child is held to the same choice about others."""
    code = "import socket\nsocket.create_connection(('192.0.2.1', 443))\n"
    with egress.guarded(others="block") as watch:
        done = child(code, watch.variables())
    assert "a request to 192.0.2.1 was stopped" in done.stderr
    assert "--cerebras-others block" in done.stderr


def test_grandchild(child):
    """A child of a child is guarded too."""
    code = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {SENDS!r}])\n"
    with egress.guarded() as watch:
        child(code, watch.variables())
        assert len(watch.escapes) == 1


def test_forked():
    """So is one that is forked off."""
    with egress.guarded() as watch:
        child = os.fork()
        if child == 0:
            try:
                import socket

                socket.getaddrinfo("api.cerebras.ai", 443)
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        assert len(watch.escapes) == 1


SAYS = "import sys, sitecustomize\nprint(sitecustomize.__file__, sitecustomize.known)\n"


@pytest.mark.parametrize("place", ["before", "after"])
def test_another_sitecustomize(child, tmp_path, monkeypatch, place):
    """A ``sitecustomize`` that the environment has already is run, wherever it stands."""
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "sitecustomize.py").write_text("import sys\nknown = sys.argv and 42\n")
    monkeypatch.setenv("PYTHONPATH", str(theirs))
    with egress.guarded() as watch:
        path = watch.variables()["PYTHONPATH"]
        assert path.split(os.pathsep)[1:] == [str(theirs)]
        if place == "before":
            path = os.pathsep.join([str(theirs), path])
        done = child(SAYS, watch.variables(), PYTHONPATH=path)
    assert done.stdout.split() == [str(theirs / "sitecustomize.py"), "42"], done.stderr


def test_failing_sitecustomize(child, tmp_path, monkeypatch):
    """One that fails is reported by Python as ever, and the child is guarded all the same."""
    (tmp_path / "sitecustomize.py").write_text("1 / 0\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with egress.guarded() as watch:
        done = child(SENDS, watch.variables())
        assert len(watch.escapes) == 1
    assert "ZeroDivisionError" in done.stderr


def test_quiet(child):
    """A child that minds its own business notices nothing, and imports little."""
    code = "import sys\nprint(*sorted({'pytest', 'socket', 'asyncio'} & set(sys.modules)))\n"
    unwatched = child(code, {})  # measuring coverage imports some of them
    with egress.guarded() as watch:
        done = child(code, watch.variables())
        assert not watch.escapes
    assert (done.stdout, done.stderr, done.returncode) == (unwatched.stdout, "", 0)


@pytest.mark.parametrize("variable", ["", "nonsense", "server:pass:"])
def test_without_a_guard(child, variable):
    """A folder that has got onto the path by accident does nothing."""
    folder = str(Path(egress.__file__).parent / "child")
    done = child("print('alive')", {}, PYTHONPATH=folder, CEREBRAS_MOCK_GUARD=variable)
    assert (done.stdout, done.stderr) == ("alive\n", "")
