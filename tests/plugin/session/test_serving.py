"""A server that can't start, or can't be reached, is one sentence, and soon."""

from __future__ import annotations

import errno
import sys
from types import SimpleNamespace

import pytest

from mockserver.edge.live import LiveEngine
from mockserver.edge.server.threaded import ThreadedServer
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
import pytest_cerebras.session.activation, pytest_cerebras.session.serving

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
        serving.check(SimpleNamespace(port=server.port))
