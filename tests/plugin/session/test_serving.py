"""A server that can't start, or can't be reached, is one sentence, and soon."""

from __future__ import annotations

import errno
import sys
from types import SimpleNamespace

import pytest

from mockserver.edge.live import LiveEngine
from mockserver.edge.server.threaded import ThreadedServer
from mockserver.scenario import Port, Scenario
from mockserver.scenario.schedule import Window
from pytest_cerebras.session import serving

CODE = """
def test_it(cerebras_mock, cerebras_client):
    cerebras_client.models.list()
    cerebras_mock.assert_requests(1)
"""
FORBIDDEN = "no test can reach the mock server: pytest-socket forbids it; *--allow-hosts*"


@pytest.mark.parametrize("options", [("--disable-socket",), ("--allow-hosts=192.0.2.1",)])
def test_sockets_forbidden(run, options):
    """Sockets that pytest-socket forbids, whatever the event loop, are told with the way out."""
    result = run(CODE, *options, "-W", "error")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([FORBIDDEN])
    result.stdout.no_fnmatch_line("*Error*:*")


@pytest.mark.parametrize(
    "options",
    [
        ("--disable-socket", "--allow-hosts=127.0.0.1"),
        ("--disable-socket", "--cerebras-mode=respx"),
        ("--disable-socket", "--force-enable-socket"),
    ],
)
def test_ways_out(run, options):
    """What the sentence advises is enough."""
    run(CODE, *options).assert_outcomes(passed=1)


ONE_OF_TWO = """
import pytest

@pytest.mark.allow_hosts(["127.0.0.1"])
def test_allowed(cerebras_mock, cerebras_client):
    cerebras_client.models.list()

def test_not_allowed(cerebras_mock, cerebras_client):
    cerebras_client.models.list()
"""


def test_forbidden_later(run):
    """The server may run, and a test be kept from it."""
    result = run(ONE_OF_TWO, "--disable-socket")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines([FORBIDDEN])


NO_DESCRIPTOR = """
import os, resource
import pytest
import pytest_cerebras.session.mock_session, pytest_cerebras.session.serving

@pytest.fixture(scope="session", autouse=True)
def no_descriptor():
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    least = max(map(int, os.listdir("/proc/self/fd"))) + 40
    resource.setrlimit(resource.RLIMIT_NOFILE, (least, limits[1]))
    held = []
    with pytest.raises(OSError):
        while True:
            held.append(os.open(os.devnull, os.O_RDONLY))
    for _ in range({left}):
        os.close(held.pop())
    yield
    for each in held:
        os.close(each)
    resource.setrlimit(resource.RLIMIT_NOFILE, limits)

def test_it(cerebras_mock_server):
    pass
"""


@pytest.mark.skipif(sys.platform != "linux", reason="counts descriptors in /proc")
@pytest.mark.parametrize("left", [0, 2])
def test_no_descriptor(run, pytester, left):
    """Where the process has no file descriptor left, or too few, that is said."""
    code = NO_DESCRIPTOR.replace("{left}", str(left))
    result = run(code, how=pytester.runpytest_subprocess)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["the mock server can't start: no file descriptor is left; *ulimit*"]
    )


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.EADDRNOTAVAIL, ""), "this machine has no 127.0.0.1"),
        (OSError(errno.EADDRINUSE, ""), "no port of 127.0.0.1 is free"),
        (PermissionError(errno.EPERM, "not here"), "not here"),
        (ValueError("no such thing"), "ValueError: no such thing"),
        (TimeoutError("it did not listen"), "it did not listen"),
    ],
)
def test_told(monkeypatch, error, told):
    """Whatever it is, the test fails with its cause and a way out."""

    def fail(_):
        raise error

    monkeypatch.setattr(ThreadedServer, "start", fail)
    with pytest.raises(pytest.fail.Exception) as failed, serving.serving(LiveEngine):
        raise AssertionError("it did start")
    sentence = str(failed.value)
    assert sentence.startswith("the mock server can't start: ")
    assert told in sentence
    assert "--cerebras-mode respx" in sentence


def test_unreachable_port():
    """A port at which nobody listens forbids nothing to anybody, but can't be reached."""
    with serving.serving(LiveEngine) as server:
        serving.check(server)
    with pytest.raises(pytest.fail.Exception, match="the mock server"):
        serving.check(SimpleNamespace(port=server.port, live=server.live))


def test_shut_port():
    """A port that the scenario shuts is no reason to fail: its test may play another."""
    shut = Scenario("shut", port=Port(refuses=Window(0, 60)))
    with serving.serving(lambda: LiveEngine(shut)) as server:
        serving.check(server)


GUARDED = """
import socket, pytest

@pytest.fixture(autouse=True)
def guard(monkeypatch):
    def refuse(*args, **kwargs):
        raise RuntimeError("no network in unit tests")
    monkeypatch.setattr(socket, "socket", refuse)
"""


def test_own_guard(run, pytester):
    """A guard of the user's own against sockets is told with its words, and a way out."""
    result = run(GUARDED + CODE)
    result.assert_outcomes(errors=1)
    told = "something forbids sockets (no network in unit tests); make it allow 127.0.0.1, or use "
    result.stdout.fnmatch_lines([f"no test can reach the mock server: {told}--cerebras-mode *"])
    for clock in ("real", "virtual"):
        settings = ("--cerebras-mode", "respx", "--cerebras-clock", clock)
        how = pytester.runpytest_subprocess  # where nobody has looked at sockets before
        # an app has imported its client by then; the oldest httpx can't be imported in between
        run(f"import httpx\n{GUARDED}{CODE}", *settings, how=how).assert_outcomes(passed=1)


RECORDING = """
import socket, pytest
from pytest_recording import refuse

@pytest.fixture(autouse=True)
def block_network(monkeypatch):
    monkeypatch.setattr(socket.socket, "connect", refuse)
"""


def test_pytest_recording(run, pytester):
    """The guard of pytest-recording is told with the option that lets the mock pass."""
    refuse = "def refuse(*args):\n    raise RuntimeError('Network is disabled')"
    pytester.makepyfile(pytest_recording=refuse)
    pytester.syspathinsert()
    result = run(RECORDING + CODE)
    result.assert_outcomes(errors=1)
    told = "no test can reach the mock server: pytest-recording forbids it; *--allowed-hosts*"
    result.stdout.fnmatch_lines([told])


BOTH_MODES = """
import pytest, requests

URL = "https://api.cerebras.ai/public/v1/models"

@pytest.mark.parametrize("number", range(4))
@pytest.mark.cerebras_mock(mode="redirect")
def test_redirect(cerebras_mock, number):
    assert requests.get(URL, timeout=5).status_code == 200
    cerebras_mock.assert_requests(1)

def test_server(cerebras_mock, cerebras_client):
    cerebras_client.models.list()
    cerebras_mock.assert_requests(1)

def test_stopped(cerebras_mock):
    requests.get(URL, timeout=5)
"""


@pytest.mark.parametrize("workers", [0, 2])
def test_both_modes(run, pytester, workers):
    """A test in redirect mode may stand beside one in server mode, which stops the real host."""
    how = pytester.runpytest_subprocess if workers else pytester.runpytest_inprocess
    result = run(BOTH_MODES, *(["-n", str(workers)] if workers else []), how=how)
    result.assert_outcomes(passed=5, failed=1)
    result.stdout.fnmatch_lines(["*was stopped*use --cerebras-mode redirect*"])


def test_no_authority(run, monkeypatch):
    """Where trustme is missing, a test in redirect mode is told what to install."""
    monkeypatch.setitem(sys.modules, "trustme", None)
    result = run(BOTH_MODES, "-k", "redirect")
    result.assert_outcomes(errors=4, deselected=2)
    result.stdout.fnmatch_lines(['*needs trustme for TLS; *install "pytest-cerebras?redirect?"*'])


def test_no_port(monkeypatch, tmp_path):
    """Where there is no port for TLS, that is said."""

    def fail(*_):
        raise OSError(errno.EADDRINUSE, "")

    monkeypatch.setattr(ThreadedServer, "begin", fail)
    with pytest.raises(pytest.fail.Exception, match=r"no port of 127\.0\.0\.1 is free"):
        serving.turning(ThreadedServer(LiveEngine()), tmp_path)
