"""What the server plays between tests."""

from __future__ import annotations

import pytest

BETWEEN = """
import httpx
import pytest

def status(url):
    return httpx.get(url + "/v1/models", headers={"authorization": "Bearer csk-1"}).status_code

@pytest.fixture(scope="module", params=[1, 2])
def data(request, cerebras_mock_server):
    yield status(cerebras_mock_server.url)
    assert status(cerebras_mock_server.url) == EXPECTED

@pytest.mark.cerebras_mock("wrong-key")
def test_broken(data, cerebras_mock):
    assert data == EXPECTED
    assert status(cerebras_mock.url) == 401
    assert len(cerebras_mock.requests) == 1

def test_played(data, cerebras_mock):
    cerebras_mock.play("wrong-key")
    assert status(cerebras_mock.url) == 401

class TestLater:
    @pytest.fixture(scope="class")
    def of_class(self, cerebras_mock_server):
        return status(cerebras_mock_server.url)

    def test_it(self, data, of_class, cerebras_mock):
        assert (data, of_class) == (EXPECTED, EXPECTED)
        cerebras_mock.assert_requests(0)
"""


@pytest.mark.parametrize(("scenario", "expected"), [("healthy", "200"), ("wrong-key", "401")])
def test_fixtures_of_a_module(run, scenario, expected):
    """What outlives a test meets what the run was told: before, between and after the tests."""
    code = BETWEEN.replace("EXPECTED", expected)
    run(code, "--cerebras-scenario", scenario).assert_outcomes(passed=6)


PLAYED = """
import pytest

@pytest.fixture(scope="module")
def ours(cerebras_mock_server):
    cerebras_mock_server.live.play("rate-limit")
    yield cerebras_mock_server.live

def test_one(ours):
    assert ours.scenario.name == "rate-limit"

def test_two(ours):
    assert ours.scenario.name == "rate-limit"

def test_three(ours, cerebras_mock):
    assert ours.scenario.name == "healthy"

@pytest.fixture
def watched(cerebras_mock_server):
    yield
    live = cerebras_mock_server.live
    assert (live.scenario.name, live.scenario.seed) == ("healthy", 7)
    assert live.journal.scale == 0.5

@pytest.mark.cerebras_mock(seed=3, time_scale=0.1)
def test_four(watched, cerebras_mock):
    assert cerebras_mock.scenario.seed == 3
"""


def test_played_by_a_fixture(run):
    """What a fixture of a module plays goes on until a test has the mock."""
    settings = ("--cerebras-seed", "7", "--cerebras-time-scale", "0.5")
    run(PLAYED, *settings).assert_outcomes(passed=4)


ENDED = """
import pytest

@pytest.fixture
def later(cerebras_mock, cerebras_client):
    yield
    with pytest.raises(Exception):
        cerebras_client.with_options(max_retries=0).models.list()
    raise AssertionError("in the end")

@pytest.mark.cerebras_mock("wrong-key")
def test_it(later, cerebras_mock):
    pass
"""


def test_shown_after_the_test(run):
    """What fails at the end of a test shows what that test has played."""
    result = run(ENDED)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["scenario 'wrong-key' at *", "#1 GET /v1/models -> 401, *"])
