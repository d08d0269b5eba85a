"""Workers of pytest-xdist tell of the tests that a signal has ended."""

from __future__ import annotations

import json
import os
import queue
import signal
from types import SimpleNamespace

import pytest

from pytest_cerebras.session import distributed
from pytest_cerebras.session.distributed import Controller
from pytest_cerebras.settings.names import USES_MOCK

CODE = """
import contextlib, os, signal, threading
import pytest

pytestmark = pytest.mark.cerebras_mock("wrong-key")

def test_hangs(cerebras_mock, cerebras_client):
    with contextlib.suppress(Exception):
        cerebras_client.models.list()
    for process in ({processes}):
        os.kill(process, signal.{name})
    threading.Event().wait(60)
"""
BOTH = "os.getppid(), os.getpid()"


@pytest.mark.usefixtures("heeding")
@pytest.mark.skipif(os.name != "posix", reason="needs signals")
@pytest.mark.parametrize(
    ("name", "processes", "status"),
    [
        ("SIGTERM", "os.getppid(),", 128 + signal.SIGTERM),
        ("SIGTERM", BOTH, 128 + signal.SIGTERM),
        ("SIGINT", BOTH, pytest.ExitCode.INTERRUPTED),
    ],
)
def test_told(run, pytester, monkeypatch, name, processes, status):
    """Whether the first process is told to end, or all, as by Ctrl-C: the requests are shown."""
    monkeypatch.setenv("TMPDIR", str(pytester.mkdir("temporary")))
    code = CODE.replace("{name}", name).replace("{processes}", processes)
    options = ("-n", "2", "--cerebras-report", "report.json")
    result = run(code, *options, how=pytester.runpytest_subprocess)
    assert result.ret == status
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["#1 GET /v1/models -> 401*"])
    [cell] = json.loads((pytester.path / "report.json").read_text("utf-8"))["cells"]
    assert cell["kinds"] == ["wrong-key"]
    left = [path for path in (pytester.path / "temporary").rglob("*") if path.is_file()]
    assert left == []


class Worker(SimpleNamespace):
    """A worker that can be told apart from others."""

    __hash__ = object.__hash__

    def __init__(self, *, here=True):
        spec, found = SimpleNamespace(popen=here), SimpleNamespace(pid=7)
        super().__init__(gateway=SimpleNamespace(spec=spec, _rinfo=lambda: found))


class Stage:
    """What a controller has around it."""

    def __init__(self):
        self.events = queue.Queue()
        self.told, self.down, self.took = [], [], []
        self.config = SimpleNamespace(pluginmanager=self, hook=self)
        termination = SimpleNamespace(take=lambda: self.took.append(True))
        self.controller = Controller(self.config, termination)

    def get_plugin(self, _):
        """Return the session of xdist."""
        return SimpleNamespace(queue=self.events)

    def pytest_runtest_logreport(self, report):
        """Note a report."""
        self.told.append(report)

    def pytest_testnodedown(self, node, error):
        """Note who is down."""
        self.down.append(error)
        self.controller.pytest_testnodedown(node)

    def used_by(self, worker):
        """Let the controller know that a worker has used the mock."""
        self.controller.pytest_runtest_logreport(SimpleNamespace(node=worker, **{USES_MOCK: True}))


@pytest.fixture
def signalled(monkeypatch):
    """Return who is signalled; nobody waits for long."""
    monkeypatch.setattr(distributed, "_GRACE", 0.0)
    monkeypatch.setattr(distributed, "_PATIENCE", 0.01)
    found = []
    monkeypatch.setattr(distributed.os, "kill", lambda *of: found.append(of))
    return found


def test_no_user(signalled):
    """Workers that never used the mock are left to xdist, and the signals to others."""
    stage = Stage()
    stage.controller.pytest_runtest_logreport(SimpleNamespace(node=Worker()))
    stage.events.put(("testreport", {}))
    stage.controller.pytest_keyboard_interrupt()
    assert signalled == stage.took == stage.told == []


def test_user(signalled):
    """One that has used it is ended, be it here; and not waited for in vain."""
    stage = Stage()
    stage.used_by(Worker())
    stage.used_by(Worker(here=False))
    stage.controller.pytest_keyboard_interrupt()
    assert signalled == [(7, signal.SIGTERM)]
    assert stage.took


@pytest.mark.usefixtures("signalled")
def test_gone(monkeypatch):
    """One that has ended meanwhile is no trouble."""

    def fail(*_):
        raise ProcessLookupError

    monkeypatch.setattr(distributed.os, "kill", fail)
    stage = Stage()
    stage.used_by(Worker())
    stage.controller.pytest_keyboard_interrupt()


@pytest.mark.parametrize("event", ["workerfinished", "errordown"])
def test_heard(monkeypatch, signalled, event):
    """What it reports is passed on until it is down, in whatever way; nothing else is."""
    monkeypatch.setattr(distributed, "_GRACE", 60)
    stage, worker, report = Stage(), Worker(), SimpleNamespace()
    stage.used_by(worker)
    for name, told in (("logfinish", {}), ("testreport", {"rep": report}), (event, {})):
        stage.events.put((name, {"node": worker, **told}))
    stage.controller.pytest_keyboard_interrupt()
    assert stage.told == [report]
    assert report.node is worker
    assert (stage.down, signalled) == ([None], [])


def test_interrupted_again(signalled, monkeypatch):
    """Whoever presses Ctrl-C again waits for nobody."""

    def press(**_):
        raise KeyboardInterrupt

    monkeypatch.setattr(distributed, "_GRACE", 60)
    stage = Stage()
    monkeypatch.setattr(stage.events, "get", press)
    stage.used_by(Worker())
    stage.controller.pytest_keyboard_interrupt()
    assert signalled == []
