"""The request that the official SDK sends on its own from the constructor of a client."""

from __future__ import annotations

import pytest
from cerebras.cloud.sdk import AsyncCerebras, AuthenticationError, Cerebras

from mockserver.faults import Error
from mockserver.scenario import Match, Rule, Scenario

pytestmark = pytest.mark.usefixtures("edge")
MESSAGES = [{"role": "user", "content": "Say something."}]


def warm_ups(mock):
    return [exchange.status for exchange in mock.live.journal.warmups]


@pytest.mark.parametrize(
    "scenario", ["healthy", "wrong-key", "burst-503", "rate-limit", "stream-cut", "unknown-model"]
)
def test_answered(scenario, cerebras_mock):
    """It is answered with 200 whatever the scenario does to requests, and counts as none."""
    cerebras_mock.play(scenario)
    with Cerebras():
        assert warm_ups(cerebras_mock) == [200]
    cerebras_mock.assert_requests(0)
    assert not cerebras_mock.calls


@pytest.mark.anyio
async def test_answered_async(cerebras_mock):
    """The async client sends it too, through a sync client of its own."""
    cerebras_mock.play("wrong-key")
    async with AsyncCerebras(max_retries=0) as client:
        assert warm_ups(cerebras_mock) == [200]
        with pytest.raises(AuthenticationError):
            await client.chat.completions.create(model="llama3.1-8b", messages=MESSAGES)
    cerebras_mock.assert_requests(1)


def test_uses_no_limit(cerebras_mock):
    """It uses up nothing of a rate limit."""
    cerebras_mock.play("healthy", tier="free")
    with Cerebras(max_retries=0) as client:
        raw = client.chat.completions.with_raw_response.create(
            model="llama3.1-8b", messages=MESSAGES
        )
    assert raw.headers["x-ratelimit-remaining-requests-minute"] == "29"


def test_foreign_key(cerebras_mock):
    """A key that requests are refused for warms up all the same."""
    with Cerebras(api_key="sk-proj-1234"):
        assert warm_ups(cerebras_mock) == [200]


def test_broken_by_name(cerebras_mock):
    """A rule that names the endpoint breaks it, and the client lives on."""
    fault = Error(problem="service_unavailable")
    rule = Rule("cold", match=Match(endpoint="warming"), faults=(fault,))
    cerebras_mock.play(Scenario("cold start", rules=(rule,)))
    with Cerebras(max_retries=0) as client:
        assert warm_ups(cerebras_mock) == [503]
        assert client.models.list().data
    cerebras_mock.assert_requests(1)
