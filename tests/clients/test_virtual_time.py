"""Back-off in no time: what clients wait is recorded and exact, and costs milliseconds."""

from __future__ import annotations

import asyncio
import math
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec

import backoff
import httpx
import httpx2
import pytest
import stamina
import tenacity
import urllib3
from cerebras.cloud.sdk import (
    APITimeoutError,
    AsyncCerebras,
    Cerebras,
    DefaultAsyncHttpxClient,
    DefaultHttpxClient,
)
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


def cerebras(_, tls):
    with DefaultHttpxClient(verify=tls) as http:
        client = Cerebras(**RETRIES, http_client=http, warm_tcp_connection=False)
        client.chat.completions.create(**ASKED)


def openai(_, tls):
    with OpenAI(**RETRIES, http_client=httpx2.Client(verify=tls)) as client:
        client.chat.completions.create(**ASKED)


def cerebras_async(_, tls):
    async def ask():
        async with DefaultAsyncHttpxClient(verify=tls) as http:
            client = AsyncCerebras(**RETRIES, http_client=http, warm_tcp_connection=False)
            await client.chat.completions.create(**ASKED)

    asyncio.run(ask())


def openai_async(_, tls):
    async def ask():
        async with AsyncOpenAI(**RETRIES, http_client=httpx2.AsyncClient(verify=tls)) as client:
            await client.chat.completions.create(**ASKED)

    asyncio.run(ask())


@contextmanager
def chat_model(name, tls):
    """Yield a model with HTTP clients of both kinds, because it builds those that it lacks."""
    module, _, kind = name.partition(".")
    with httpx2.Client(verify=tls) as http:
        kinds = {"http_client": http, "http_async_client": httpx2.AsyncClient(verify=tls)}
        yield getattr(import_module(module), kind)(model=ASKED["model"], **RETRIES, **kinds)


def langchain(name):
    """Return a client that invokes one of its models, and one that awaits it."""

    def invoke(_, tls):
        with chat_model(name, tls) as model:
            model.invoke("ping")

    def await_it(_, tls):
        async def ask():
            with chat_model(name, tls) as model:
                async with model.http_async_client:
                    await model.ainvoke("ping")

        asyncio.run(ask())

    is_there = find_spec(name.partition(".")[0])
    missing = pytest.mark.skipif(not is_there, reason="has no release for this Python")
    ids = name, f"{name}_async"
    return [
        pytest.param(client, id=spelt, marks=missing)
        for client, spelt in zip((invoke, await_it), ids, strict=True)
    ]


def retried(retry):
    """Return a client that posts by httpx, again and again as a library says."""

    def client(mock, tls):
        url = f"{mock.openai_url}/chat/completions"
        with httpx.Client(verify=tls) as http:
            retry(lambda: http.post(url, **BODY).raise_for_status())

    return pytest.param(client, id=retry.__name__)


def by_tenacity(post):
    doubling = tenacity.wait_exponential(multiplier=2, min=2)
    tenacity.Retrying(wait=doubling, stop=tenacity.stop_after_attempt(4))(post)


def by_stamina(post):
    retrying = stamina.RetryingCaller(attempts=4, wait_initial=2, wait_jitter=0, wait_max=60)
    retrying(httpx.HTTPError, post)


def by_backoff(post):
    patiently = {"factor": 2, "jitter": None, "max_tries": 4}
    backoff.on_exception(backoff.expo, httpx.HTTPError, **patiently)(post)()


def by_urllib3(mock, _):
    retries = urllib3.Retry(3, status_forcelist=[429], allowed_methods=None)
    with urllib3.PoolManager() as pool:
        url = f"{mock.openai_url}/chat/completions"
        assert pool.request("POST", url, retries=retries, **BODY).status == 200


clients = pytest.mark.parametrize(
    "client",
    [
        *(
            pytest.param(client, id=client.__name__)
            for client in (cerebras, cerebras_async, openai, openai_async, by_urllib3)
        ),
        *map(retried, (by_tenacity, by_stamina, by_backoff)),
        *langchain("langchain_cerebras.ChatCerebras"),
        *langchain("langchain_openai.ChatOpenAI"),
    ],
)


@clients
def test_back_off(cerebras_mock, client, trusts_nobody):
    """14 s of waits are recorded to the second, and both sides have lived through them."""
    cerebras_mock.play(SCENARIO)
    client(cerebras_mock, trusts_nobody)
    assert cerebras_mock.waits == WAITS
    assert cerebras_mock.calls[0].waits == pytest.approx(WAITS, abs=0.5)
    cerebras_mock.assert_waited()


@clients
def test_median(cerebras_mock, client, trusts_nobody, request):
    """One such call takes milliseconds, mock included, and never a real sleep; -rP prints them."""
    taken = []
    for _ in range(9):
        cerebras_mock.play(SCENARIO)
        begun = time.perf_counter(), time.process_time()
        client(cerebras_mock, trusts_nobody)
        taken.append((time.perf_counter() - begun[0], time.process_time() - begun[1]))
    real, computed = (statistics.median(column) * 1000 for column in zip(*taken, strict=True))
    print(f"{request.node.callspec.id}: {real:.1f} ms, {computed:.1f} ms of a processor")  # noqa: T201
    assert cerebras_mock.waits == WAITS * 9
    assert real < 1000  # milliseconds; a busy machine needs a few of them, a sleep 14000
    assert computed < 250  # below 50 on two slow cores; here machines of any speed may pass


@pytest.mark.cerebras_mock(max_requests=2000)
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
def test_stall(cerebras_mock, client, trusts_nobody):
    """The SDK's read time-out of a minute comes four times, in milliseconds."""
    cerebras_mock.play(
        Scenario("stall", rules=(Rule(match=Match("chat"), faults=(Latency(math.inf),)),))
    )
    begun, elapsed = time.perf_counter(), cerebras_mock.live.clock.elapsed
    with pytest.raises(APITimeoutError):
        client(cerebras_mock, trusts_nobody)
    assert time.perf_counter() - begun < 30
    assert 240 <= cerebras_mock.live.clock.elapsed - elapsed < 270
    cerebras_mock.assert_requests(4)
