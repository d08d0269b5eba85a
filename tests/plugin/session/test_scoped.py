"""Mocks of a wider scope than a test's."""

from __future__ import annotations

import pytest

HEAD = """
import os
import httpx
import pytest

def status():
    url = os.environ["CEREBRAS_BASE_URL"] + "v1/models"
    fields = {"authorization": "Bearer " + os.environ["CEREBRAS_API_KEY"]}
    return httpx.get(url, headers=fields, timeout=5).status_code
"""
MODULE = """
@pytest.fixture(scope="module")
def broken(make_cerebras_mock):
    with make_cerebras_mock("wrong-key") as mock:
        assert status() == 401
        yield mock
        assert status() == 401
        mock.assert_requests(REQUESTS)
        assert sum(call.attempts for call in mock.calls) == REQUESTS

def test_without(broken):
    assert status() == 401
    assert mock_is_ours(broken)

def test_with(broken, cerebras_mock):
    assert status() == 200
    cerebras_mock.assert_requests(1)
    broken.assert_requests(2)

@pytest.fixture(scope="class")
def other(make_cerebras_mock):
    with make_cerebras_mock() as mock:
        mock.inject({"error": {"status": 503}})
        assert status() == 503
        yield mock
        assert status() == 503

class TestLater:
    def test_inner(self, broken, other):
        assert os.environ["OPENAI_BASE_URL"].startswith(other.url)

def test_outer(broken):
    assert mock_is_ours(broken)

def mock_is_ours(mock):
    return all(os.environ[name] == value for name, value in mock.env().items())
"""


@pytest.mark.parametrize("mode", ["server", "respx"])
def test_module(run, mode):
    """It has a scenario, a journal and a server of its own, and the environment in between."""
    code = HEAD + MODULE.replace("REQUESTS", "3")
    run(code, "-p", "no:xdist", "--cerebras-mode", mode).assert_outcomes(passed=4)


EVERYWHERE = """
@pytest.fixture(scope="module")
def data(make_cerebras_mock):
    with make_cerebras_mock("wrong-key"):
        yield status()

@pytest.fixture(scope="module")
def client():
    return os.environ["CEREBRAS_API_KEY"]

def test_client(client):
    assert client.startswith("csk-")

def test_data(data):
    assert (data, status()) == (401, 200)
"""


@pytest.mark.parametrize("option", ["--cerebras-mock", "--cerebras-chaos=healthy"])
def test_everywhere(run, option):
    """It also works where all tests have a mock, which all other fixtures find."""
    run(HEAD + EVERYWHERE, "--cerebras-mock", option).assert_outcomes(passed=2)


AFTER = """
BEFORE = dict(os.environ)

@pytest.fixture(scope="module")
def first(make_cerebras_mock):
    with make_cerebras_mock() as mock:
        yield mock

@pytest.fixture(scope="session")
def second(make_cerebras_mock):
    with make_cerebras_mock() as mock:
        yield mock
        assert os.environ["CEREBRAS_BASE_URL"].startswith(mock.url)

def test_first(first):
    assert status() == 200

def test_second(first, second):
    assert status() == 200
    second.assert_requests(1)

@pytest.fixture(scope="session", autouse=True)
def whole():
    yield
    names = ("CEREBRAS_BASE_URL", "CEREBRAS_API_KEY", "PYTHONPATH", "NO_PROXY")
    assert [os.environ.get(name) for name in names] == [BEFORE.get(name) for name in names]
    import socket
    assert socket.socket.connect.__qualname__ == CONNECT

import socket
CONNECT = socket.socket.connect.__qualname__
"""


def test_closed_in_another_order(run):
    """Whatever ends first, nothing is left of them in the end."""
    run(HEAD + AFTER).assert_outcomes(passed=2)


STEERED = """
def test_it(make_cerebras_mock):
    with make_cerebras_mock() as mock:
        mock.inject({"error": {"status": 503}}, times=1)
        assert [status(), status()] == [503, 200]
        mock.reset()
        assert (status(), len(mock.requests)) == (200, 1)
        mock.play("wrong-key")
        assert (status(), len(mock.requests)) == (401, 1)
        assert mock.openai_url == mock.url + "/v1"
        assert "playing 'wrong-key'" in repr(mock)
"""


def test_steered(run):
    """It is steered as a test's is."""
    run(HEAD + STEERED).assert_outcomes(passed=1)


SETTINGS = """
def test_it(make_cerebras_mock):
    with make_cerebras_mock() as mock:
        assert (mock.scenario.name, mock.scenario.seed) == ("wrong-key", 7)
        assert mock.live.clock.scale == 0.5
    with make_cerebras_mock("healthy") as mock:
        assert (mock.scenario.name, mock.scenario.seed) == ("healthy", 7)
"""


def test_settings_of_the_run(run):
    """What the run was told holds, as far as nothing else is said."""
    settings = ("--cerebras-seed", "7", "--cerebras-time-scale", "0.5")
    run(SETTINGS, "--cerebras-scenario", "wrong-key", *settings).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("make_cerebras_mock('rat-limit')", "*no scenario is called 'rat-limit'; did you mean*"),
        ("make_cerebras_mock('rate-limit', x=1)", "*no parameter of rate-limit.yaml *'x'*"),
        (
            "request.getfixturevalue('cerebras_mock'); make_cerebras_mock()",
            "*set up before cerebras_mock*",
        ),
        ("make_cerebras_mock().__enter__().inject({'nonsense': 1})", "*'nonsense'*"),
        ("make_cerebras_mock().__enter__().play('nonsense')", "*'nonsense'*"),
    ],
)
def test_refused(run, code, told):
    """What can't be is a sentence at the line of the test."""
    result = run(f"def test_it(make_cerebras_mock, request):\n    {code}")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([told])
    result.stdout.no_fnmatch_line("*scoped.py*")


ESCAPES = """
@pytest.fixture(scope="module")
def data(make_cerebras_mock):
    with make_cerebras_mock():
        with pytest.raises(httpx.ConnectError):
            httpx.get("https://api.cerebras.ai/v1/models")
    with make_cerebras_mock():
        pass
    yield

def test_it(data):
    assert 0
"""


def test_nothing_gets_out(run):
    """Who tries to reach the real API fails, even if it swallows the error."""
    result = run(HEAD + ESCAPES)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["a request to api.cerebras.ai was stopped (*"])


STALLS = """
from mockserver.edge.play.clock import StallError

def test_it(make_cerebras_mock):
    with make_cerebras_mock("stalled-server") as mock:
        async def hang_up(silence):
            raise StallError("thread 'x'", 1.0)
        assert mock.live.clock.stall.__self__.seconds == 3.0
        mock.live.clock.stall = hang_up
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.post(
                mock.openai_url + "/chat/completions",
                json={"model": "gpt-oss-120b", "messages": [{"role": "user", "content": "a"}]},
                headers={"authorization": "Bearer " + mock.api_key},
                timeout=None,
            )
"""


def test_stall(run):
    """A client without a time-out does not hang for ever, and is told."""
    result = run(HEAD + STALLS, "--cerebras-stall", "3")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["the scenario 'stalled-server' stalls and this client has no *"])


def test_sockets_forbidden(run):
    """Respx mode is no way out for it, and not advised."""
    code = "def test_it(make_cerebras_mock):\n    make_cerebras_mock().__enter__()"
    result = run(code, "--disable-socket")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["no test can reach the mock server: *allow_hosts marker"])
