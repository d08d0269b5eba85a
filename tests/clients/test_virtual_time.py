"""Back-off in no time: what clients wait is recorded and exact, and costs milliseconds."""

from __future__ import annotations

import asyncio
import math
import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import backoff
import httpx
import pytest
import stamina
import tenacity
import urllib3
from cerebras.cloud.sdk import APITimeoutError, AsyncCerebras, Cerebras
from openai import AsyncOpenAI, OpenAI

from mockserver.faults import Latency
from mockserver.scenario import Match, Rule, Scenario, parse

pytestmark = pytest.mark.cerebras_mock(clock="virtual")

WAITS = [2.0, 4.0, 8.0]
SCENARIO = parse(
    "{version: 1, name: backoff, rules: ["
    + ", ".join(
        "{schedule: {at: [1]}, faults: [{error: {problem: requests_per_minute, "
        f"retry_after: {wait:g}s}}}}]}}"
        for wait in WAITS
    )
    + "]}"
)
ASKED = {"model": "gpt-oss-120b", "messages": [{"role": "user", "content": "ping"}]}
BODY = {"headers": {"authorization": "Bearer csk-0000"}, "json": ASKED}
RETRIES = {"max_retries": 3, "api_key": "csk-0000"}


def cerebras(_):
    with Cerebras(**RETRIES, warm_tcp_connection=False) as client:
        client.chat.completions.create(**ASKED)


def openai(_):
    with OpenAI(**RETRIES) as client:
        client.chat.completions.create(**ASKED)


def cerebras_async(_):
    async def ask():
        async with AsyncCerebras(**RETRIES, warm_tcp_connection=False) as client:
            await client.chat.completions.create(**ASKED)

    asyncio.run(ask())


def openai_async(_):
    async def ask():
        async with AsyncOpenAI(**RETRIES) as client:
            await client.chat.completions.create(**ASKED)

    asyncio.run(ask())


def post(mock):
    httpx.post(f"{mock.openai_url}/chat/completions", **BODY).raise_for_status()


def with_tenacity(mock):
    doubling = tenacity.wait_exponential(multiplier=2, min=2)
    tenacity.Retrying(wait=doubling, stop=tenacity.stop_after_attempt(4))(post, mock)


def with_stamina(mock):
    retrying = stamina.RetryingCaller(attempts=4, wait_initial=2, wait_jitter=0, wait_max=60)
    retrying(httpx.HTTPError, post, mock)


def with_backoff(mock):
    retry = backoff.on_exception(backoff.expo, httpx.HTTPError, factor=2, jitter=None, max_tries=4)
    retry(post)(mock)


def with_urllib3(mock):
    retries = urllib3.Retry(3, status_forcelist=[429], allowed_methods=None)
    with urllib3.PoolManager() as pool:
        url = f"{mock.openai_url}/chat/completions"
        assert pool.request("POST", url, retries=retries, **BODY).status == 200


CLIENTS = [
    cerebras,
    cerebras_async,
    openai,
    openai_async,
    with_tenacity,
    with_stamina,
    with_backoff,
    with_urllib3,
]


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.__name__)
def test_back_off(cerebras_mock, client):
    """14 s of waits are recorded to the second, and both sides have lived through them."""
    cerebras_mock.play(SCENARIO)
    client(cerebras_mock)
    assert cerebras_mock.waits == WAITS
    assert cerebras_mock.calls[0].waits == pytest.approx(WAITS, abs=0.5)
    cerebras_mock.assert_waited()


def test_median(cerebras_mock):
    """One such call takes less than 50 ms of real time, in the median."""
    taken = []
    with Cerebras(**RETRIES, warm_tcp_connection=False) as client:
        for _ in range(5):
            cerebras_mock.play(SCENARIO)
            begun = time.perf_counter()
            client.chat.completions.create(**ASKED)
            taken.append(time.perf_counter() - begun)
    assert cerebras_mock.waits == WAITS * 5
    assert statistics.median(taken) < 1  # 0.02 on an idle machine; seconds would be real sleeps


def test_crowd(cerebras_mock, tmp_path):
    """Twelve threads against four requests a minute: 24 requests in two minutes, every time."""
    path = tmp_path / "small.yaml"
    amounts = "{minute: 600000, hour: 10000000, day: 10000000}"
    path.write_text(
        "{extends: guide, limits: {refill: window}, default_tier: small, tiers: {small: "
        f"{{requests: {{minute: 4, hour: 1000, day: 10000}}, tokens: {amounts}}}}}}}"
    )
    clock = cerebras_mock.live.clock
    with (
        Cerebras(api_key="csk-0000", warm_tcp_connection=False, max_retries=3) as client,
        ThreadPoolExecutor(12) as pool,
    ):
        create = client.chat.completions.create
        for _ in range(20):
            cerebras_mock.advance(60 - clock.now() % 60)
            begun = clock.elapsed
            cerebras_mock.play("healthy", edition=str(path), tier="small")
            list(pool.map(lambda _: create(**ASKED), range(12)))
            cerebras_mock.assert_requests(24)
            assert 120 <= clock.elapsed - begun < 125


@pytest.mark.parametrize("client", [cerebras, cerebras_async])
def test_stall(cerebras_mock, client):
    """The SDK's read time-out of a minute comes four times, in milliseconds."""
    cerebras_mock.play(
        Scenario("stall", rules=(Rule(match=Match("chat"), faults=(Latency(math.inf),)),))
    )
    begun, elapsed = time.perf_counter(), cerebras_mock.live.clock.elapsed
    with pytest.raises(APITimeoutError):
        client(cerebras_mock)
    assert time.perf_counter() - begun < 30
    assert 240 <= cerebras_mock.live.clock.elapsed - elapsed < 270
    cerebras_mock.assert_requests(4)
