"""Outside of its tests, too, nothing leaves a run that has the mock."""

from __future__ import annotations

import os
import re
import socket

import pytest

from pytest_cerebras.settings.exit_status import VERDICTS_FAILED

SWALLOWED = """
import contextlib, socket
import pytest

def swallowed():
    with contextlib.suppress(OSError):
        socket.getaddrinfo({host!r}, 443)
"""
CONFTEST = f"""{SWALLOWED.format(host="api.cerebras.ai")}
swallowed()

def pytest_sessionfinish():
    swallowed()
"""
TEST = f"""{SWALLOWED.format(host="api.cerebras.ai")}
swallowed()

@pytest.fixture(scope="session")
def client():
    swallowed()

def test_it(client, cerebras_mock):
    pass
"""
SECTION = "*= Cerebras: stopped outside of tests =*"
WARNING = "warning: a request to {host} was stopped (*{file}:{line}): *"


def state():
    names = ("PYTHONPATH", "NO_PROXY", "no_proxy", "CEREBRAS_MOCK_GUARD")
    return socket.socket.connect, [os.environ.get(name) for name in names]


def told(result):
    return re.findall(
        r"^warning: a request to (\S+) was stopped", result.stdout.str(), re.MULTILINE
    )


def test_told(run, pytester):
    """Requests of imports, fixtures and hooks are stopped, and reported once."""
    pytester.makeconftest(CONFTEST)
    before = state()
    result = run(TEST, "--cerebras-mock")
    result.assert_outcomes(passed=1)
    assert result.ret == 0
    warning = WARNING.format(host="api.cerebras.ai", file="test_told.py", line=6)
    result.stdout.fnmatch_lines([SECTION, f"{warning}in a fixture that uses cerebras_mock"])
    assert len(told(result)) == 2  # of a file each, by the same line
    assert state() == before


@pytest.mark.parametrize(
    ("options", "status"),
    [
        (("--cerebras-strict",), VERDICTS_FAILED),
        (("--cerebras-strict", "--cerebras-mode", "respx"), 0),  # where it will be answered
    ],
)
def test_strict(run, options, status):
    """A strict run fails if a client keeps the real address."""
    result = run(TEST, "--cerebras-mock", *options)
    result.assert_outcomes(passed=1)
    assert result.ret == status
    assert told(result) == ["api.cerebras.ai"]


def test_raised(run):
    """A module that does not catch the error can't be collected, and the error says what to do."""
    code = "import socket\n\nsocket.getaddrinfo('api.cerebras.ai', 443)\n"
    result = run(code, "--cerebras-mock")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E *EscapeError: a request to api.cerebras.ai was stopped (*"])


def test_not_asked_for(run):
    """Where single tests have the mock, nothing is changed outside of them."""
    run("""
import os, socket

CONNECT = socket.socket.connect
assert CONNECT.__qualname__ == "socket.connect" and "CEREBRAS_MOCK_GUARD" not in os.environ

def test_with(cerebras_mock):
    assert socket.socket.connect is not CONNECT

def test_without():
    assert socket.socket.connect is CONNECT and "CEREBRAS_MOCK_GUARD" not in os.environ
""").assert_outcomes(passed=2)


@pytest.mark.parametrize(
    "how",
    [
        (("--cerebras-others", "block"), "", ""),
        ((), "[pytest]\ncerebras_others = block\n", ""),
        ((), "", "block"),
    ],
    ids=["option", "ini", "variable"],
)
def test_others(run, left, pytester, monkeypatch, how):
    """Blocking all other machines holds for the whole run; a marker may let its test pass."""
    options, ini, variable = how
    pytester.makefile(".ini", pytest=ini)
    monkeypatch.setenv("CEREBRAS_MOCK_OTHERS", variable)
    code = f"""{SWALLOWED.format(host="elsewhere.invalid")}
swallowed()

@pytest.mark.cerebras_mock(others="pass")
def test_it():
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("elsewhere.invalid", 443)
"""
    result = run(code, *options)
    result.assert_outcomes(passed=1)
    assert told(result) == ["elsewhere.invalid"]
    assert left == ["socket.getaddrinfo elsewhere.invalid"]  # of the test that may
    left.clear()


def test_child(run):
    """A child of a session's fixture is guarded as well."""
    code = """
import subprocess, sys
import pytest

@pytest.fixture(scope="session")
def child():
    code = "import socket; socket.getaddrinfo('api.cerebras.ai', 443)"
    subprocess.run([sys.executable, "-c", code], stderr=subprocess.DEVNULL)

def test_it(child, cerebras_mock):
    pass
"""
    result = run(code, "--cerebras-mock")
    result.assert_outcomes(passed=1)
    assert told(result) == ["api.cerebras.ai"]


def test_workers(run, pytester):
    """Attempts of xdist workers are reported by the main process, each line once."""
    arguments = ("--cerebras-mock", "--cerebras-strict", "-n", "2")
    how = pytester.runpytest_subprocess
    result = run(TEST, *arguments, how=how)
    assert result.ret == VERDICTS_FAILED
    assert told(result) == ["api.cerebras.ai"]


def test_many(run):
    """The end of a run names no more than twenty."""
    lines = "\n".join(
        f"with contextlib.suppress(OSError): socket.gethostbyname('{n}.cerebras.ai')"
        for n in range(23)
    )
    result = run(f"import contextlib, socket\n{lines}\ndef test_it(): pass", "--cerebras-mock")
    assert len(told(result)) == 20
    result.stdout.fnmatch_lines(["... and 3 more"])
