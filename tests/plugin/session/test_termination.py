"""A run that is told to end says what it was doing, and leaves in good order."""

from __future__ import annotations

import json
import os
import signal
import threading
from functools import partial
from types import SimpleNamespace

import pytest

from pytest_cerebras.session import termination as termination_module
from pytest_cerebras.session.termination import SignalError, Termination

pytestmark = [
    pytest.mark.skipif(os.name != "posix", reason="needs signals"),
    pytest.mark.usefixtures("heeding"),
]
BEGIN = """
import contextlib, os, signal, threading
from concurrent.futures import ThreadPoolExecutor
import pytest

def end(number=signal.SIGTERM):
    os.kill(os.getpid(), number)

def ask(client):
    with contextlib.suppress(Exception):
        client.models.list()

pytestmark = pytest.mark.cerebras_mock("wrong-key")
"""
ENDS = """
def test_first(cerebras_mock, cerebras_client):
    ask(cerebras_client)
    end(signal.{name})
    threading.Event().wait(60)

def test_never(cerebras_mock):
    print("never")
"""


@pytest.fixture
def end(run, pytester, monkeypatch):
    """Return a function that runs a file of tests which send signals to their own process."""
    temporary = pytester.mkdir("temporary")
    monkeypatch.setenv("TMPDIR", str(temporary))

    def start(code, *arguments):
        result = run(BEGIN + code, "-s", *arguments, how=pytester.runpytest_subprocess)
        left = [path for path in temporary.rglob("*") if path.is_file()]
        assert left == []
        result.stdout.no_fnmatch_line("never")
        return result

    return start


@pytest.fixture
def no_handler():
    """Let nobody have a handler, as is usual, and see that nobody has one afterwards."""
    before = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    yield
    assert signal.signal(signal.SIGTERM, before) == signal.SIG_DFL


@pytest.fixture
def end_here(run, pytester, request):
    """Return a function that does the same in this process, and gives the handler back."""
    request.getfixturevalue("no_handler")

    def start(code):
        how = partial(pytester.runpytest_inprocess, no_reraise_ctrlc=True)
        result = run(BEGIN + code, "-s", how=how)
        result.stdout.no_fnmatch_line("never")
        return result

    return start


@pytest.mark.parametrize("name", ["SIGHUP", "SIGTERM"])
def test_told(end, pytester, name):
    """The test and its requests are told, once, and the status is that for the signal."""
    code = ENDS.replace("{name}", name)
    result = end(code, "--cerebras-report", "report.json", "--cerebras-report", "report.html")
    assert result.ret == 128 + getattr(signal, name)
    result.assert_outcomes(failed=1)
    told = f"*SignalError: {name} has ended the run, in test_told.py::test_first (call)*"
    result.stdout.fnmatch_lines(
        [told, "#1 GET /v1/models -> 401*", f"!*{name} has ended the run*!"]
    )
    [cell] = json.loads((pytester.path / "report.json").read_text("utf-8"))["cells"]
    assert cell["outcome"] == "failed"
    assert cell["kinds"] == ["wrong-key"]
    assert (pytester.path / "report.html").exists()


IN_A_FIXTURE = """
@pytest.fixture
def app(cerebras_mock, cerebras_client):
    ask(cerebras_client)
    end()
    threading.Event().wait(60)

def test_it(app):
    print("never")
"""


def test_in_a_fixture(end_here):
    """So is a test whose fixtures were at work."""
    result = end_here(IN_A_FIXTURE)
    assert result.ret == 128 + signal.SIGTERM
    result.stdout.fnmatch_lines(["#1 GET /v1/models -> 401*"])


SWALLOWS = """
def test_it(cerebras_mock):
    try:
        end()
        threading.Event().wait(60)
    except BaseException:
        pass

def test_never(cerebras_mock):
    print("never")
"""


def test_swallowed(end_here):
    """Whoever catches everything is the last one."""
    result = end_here(SWALLOWS)
    assert result.ret == 128 + signal.SIGTERM
    result.assert_outcomes(passed=1)


WAITS_FOR_A_THREAD = """
@pytest.fixture
def released():
    event = threading.Event()
    yield event
    event.set()

def test_it(released, cerebras_mock, cerebras_client):
    ask(cerebras_client)
    with ThreadPoolExecutor() as pool:
        pool.submit(released.wait)
        end()
"""


def test_waits_for_a_thread(end_here, monkeypatch):
    """One that cleans up after a thread that hangs is interrupted again."""
    for name in ("_PATIENCE", "_AT_ONCE"):
        monkeypatch.setattr(termination_module, name, 0.05)
    result = end_here(WAITS_FOR_A_THREAD)
    assert result.ret == 128 + signal.SIGTERM
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["#1 GET /v1/models -> 401*"])


FORKS = """
def test_it(cerebras_mock):
    child = os.fork()
    if not child:
        try:
            end()
        finally:
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGTERM
"""


def test_fork(end):
    """A fork of the process ends as if there were no handler."""
    end(FORKS).assert_outcomes(passed=1)


OF_OTHERS = """
seen = []
ours = lambda *_: seen.append("seen")
signal.signal(signal.SIGTERM, ours)

def test_it(cerebras_mock):
    end()
    assert seen == ["seen"]

def test_put_back(cerebras_mock):
    assert signal.signal(signal.SIGTERM, signal.SIG_DFL) is ours
"""


def test_handler_of_others(end_here):
    """A handler that is there before keeps its signal."""
    end_here(OF_OTHERS).assert_outcomes(passed=2)


def test_without_the_mock(end):
    """A run that does not use the mock ends as ever."""
    assert end("pytestmark = []\ndef test_it(): end()").ret == -signal.SIGTERM


@pytest.fixture
def termination(request):
    """Yield one, and clean up as a run does in the end."""
    request.getfixturevalue("no_handler")
    clean_up = []
    yield Termination(SimpleNamespace(add_cleanup=clean_up.append))
    for act in clean_up:
        act()


def test_twice(termination):
    """What sends a signal to the process and to its group, as `timeout` does, means one."""
    termination.take()
    with pytest.raises(SignalError):
        os.kill(os.getpid(), signal.SIGTERM)
    os.kill(os.getpid(), signal.SIGTERM)


def test_taken_again(termination):
    """A server in a test may set handlers of its own, and none when it is over."""
    termination.take()
    ours = signal.getsignal(signal.SIGTERM)
    assert ours != signal.SIG_DFL
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    next(termination.pytest_runtest_protocol(SimpleNamespace(session=None)))
    assert signal.getsignal(signal.SIGTERM) == ours


def test_another_thread(termination):
    """Only the main thread can handle signals; in another one nothing goes wrong."""
    thread = threading.Thread(target=termination.take)
    thread.start()
    thread.join()
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_at_the_end(termination, monkeypatch):
    """What comes while the run ends disturbs nothing but its status, unless the end hangs."""
    died = []
    monkeypatch.setattr(termination_module, "_die", died.append)
    termination.take()
    session = SimpleNamespace(exitstatus=pytest.ExitCode.OK)
    finishing = termination.pytest_sessionfinish(session)
    next(finishing)
    for _ in range(2):  # as `timeout` does
        os.kill(os.getpid(), signal.SIGTERM)
    next(finishing, None)
    assert session.exitstatus == 128 + signal.SIGTERM
    assert died == []
    monkeypatch.setattr(termination_module, "_PATIENCE", 0)
    os.kill(os.getpid(), signal.SIGTERM)
    assert died == [signal.SIGTERM]


def test_handler_that_came_later(termination):
    """What is somebody else's by then is not put back."""
    termination.take()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    termination._give_back()
    assert signal.signal(signal.SIGTERM, signal.SIG_DFL) == signal.SIG_IGN


def test_outside_of_tests(termination, monkeypatch):
    """Between tests there is none to name."""
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    termination.take()
    with pytest.raises(SignalError, match=r"^SIGTERM has ended the run$"):
        os.kill(os.getpid(), signal.SIGTERM)
