"""Verdicts on real clients, each beside one that does the same rightly; nobody waits for real."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import httpx
import pytest
import tenacity
from cerebras.cloud import sdk
from cerebras.cloud.sdk import AsyncCerebras, Cerebras
from openai import OpenAI

from mockserver.api.model.script import Script, ScriptedCall
from mockserver.faults import Error, Latency, Truncate
from mockserver.scenario import Match, Rule, Scenario, Schedule, Spent

pytestmark = pytest.mark.cerebras_mock(clock="virtual")

MODEL, OTHER = "gpt-oss-120b", "llama3.1-8b"
BUSY = Error(problem="service_unavailable")
TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}


def said(text, role="user"):
    return {"role": role, "content": text}


PING = {"model": MODEL, "messages": [said("ping")]}


def broken(*faults, first=3, reply=None, **keys):
    rule = Rule(schedule=Schedule(first=first), faults=faults, reply=reply or Script())
    return Scenario("broken", rules=(rule,), **keys)


def judged(mock):
    return [verdict.rule for verdict in mock.verdicts]


@pytest.fixture
def client(cerebras_mock):
    """Yield the official client, with its own retries."""
    with Cerebras(api_key=cerebras_mock.api_key, warm_tcp_connection=False) as client:
        yield client


@pytest.fixture
def create(client):
    """Return the official client's way to ask."""
    return client.chat.completions.create


@pytest.fixture
def post(cerebras_mock):
    """Yield the way to ask of an app without an SDK."""
    headers = {"authorization": f"Bearer {cerebras_mock.api_key}"}
    with httpx.Client(headers=headers, timeout=60) as client:

        def ask(**changes):
            url = f"{cerebras_mock.openai_url}/chat/completions"
            return client.post(url, json={**PING, **changes}).raise_for_status()

        yield ask


def retrying(wait, attempts=4, **keys):
    stop = tenacity.stop_after_attempt(attempts)
    return tenacity.Retrying(wait=wait, stop=stop, reraise=True, **keys)


@pytest.mark.parametrize(
    ("wait", "verdicts"),
    [(tenacity.wait_fixed(0.5), ["retry-after-ignored"]), (tenacity.wait_fixed(2), [])],
)
def test_retry_after(cerebras_mock, post, wait, verdicts):
    """A loop that waits half a second, and one that waits the two that it is told."""
    cerebras_mock.play("rate-limit")
    retrying(wait, 6)(post)
    assert judged(cerebras_mock) == verdicts


def test_long_retry_after(cerebras_mock, create):
    """Cerebras' SDK comes back early when it is told more than a minute, OpenAI's does not."""
    cerebras_mock.play(broken(Error(problem="requests_per_minute", retry_after=61.0)))
    with pytest.raises(sdk.RateLimitError):
        create(**PING)
    assert judged(cerebras_mock) == ["retry-after-ignored"]
    cerebras_mock.reset()
    with OpenAI(max_retries=3) as client:
        client.chat.completions.create(**PING)
    assert judged(cerebras_mock) == []


@pytest.mark.cerebras_mock("wrong-key", clock="virtual")
def test_permanent_error(cerebras_mock, create, post):
    """A loop that retries everything, and the SDK, which does not."""
    with pytest.raises(sdk.AuthenticationError):
        create(**PING)
    assert judged(cerebras_mock) == []
    with pytest.raises(httpx.HTTPStatusError):
        retrying(tenacity.wait_exponential(), 3)(post, max_tokens=9)
    assert judged(cerebras_mock) == ["permanent-error-retried"]


@pytest.mark.parametrize(
    ("wait", "verdicts"),
    [
        (tenacity.wait_none(), ["hot-retry"]),
        (tenacity.wait_fixed(10), ["constant-backoff"]),
        (tenacity.wait_exponential(multiplier=1, min=4, max=10), []),
        (tenacity.wait_exponential_jitter(), []),
        (tenacity.wait_incrementing(1, 1), []),
    ],
)
def test_back_off(cerebras_mock, post, wait, verdicts):
    """Tenacity without a wait, with a constant one, and with those that grow."""
    cerebras_mock.play(broken(BUSY, first=4))
    retrying(wait, 5)(post)
    assert judged(cerebras_mock) == verdicts


def test_crowd_in_step(cerebras_mock, post, create):
    """Six threads on tenacity's plain exponential, and on the SDK, which adds jitter."""
    cerebras_mock.play(broken(BUSY, first=12))
    call = retrying(tenacity.wait_exponential(multiplier=20))
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda n: call.copy()(post, max_tokens=100 + n), range(6)))
        assert judged(cerebras_mock) == ["no-jitter"]
        cerebras_mock.reset()
        list(pool.map(lambda n: create(**PING, max_tokens=100 + n), range(6)))
    assert judged(cerebras_mock) == []


def test_giving_up(cerebras_mock, client):
    """An app that gives up with the first 503, and one that asks another model."""
    rule = Rule(match=Match(model=MODEL), faults=(BUSY,))
    cerebras_mock.play(Scenario("down", rules=(rule,)))
    create = client.with_options(max_retries=0).chat.completions.create
    with pytest.raises(sdk.InternalServerError):
        create(**PING)
    assert judged(cerebras_mock) == ["gave-up-at-once"]
    assert create(**{**PING, "model": OTHER}).choices
    assert judged(cerebras_mock) == []
    cerebras_mock.assert_fell_back(to=OTHER)


@pytest.mark.parametrize(("inner", "verdicts"), [(2, ["nested-retries"]), (0, [])])
def test_layers(cerebras_mock, client, inner, verdicts):
    """Tenacity around the SDK, which retries as well or does not."""
    cerebras_mock.play(broken(BUSY, first=4 if inner else 2))
    create = client.with_options(max_retries=inner).chat.completions.create
    retrying(tenacity.wait_exponential(multiplier=4), 3)(create, **PING)
    assert judged(cerebras_mock) == verdicts


def test_layers_of_tasks(cerebras_mock):
    """The same around the async client, whose attempts are tasks of their own."""
    cerebras_mock.play(broken(BUSY, first=4))

    async def ask():
        async with AsyncCerebras(api_key="csk-0", warm_tcp_connection=False) as client:
            for _ in range(2):
                asked = client.chat.completions.create(**PING)
                await asyncio.gather(asked, return_exceptions=True)
                await asyncio.sleep(5)

    asyncio.run(ask())
    assert judged(cerebras_mock) == ["nested-retries"]


@pytest.mark.cerebras_mock("context-8192", clock="virtual")
def test_overflow(cerebras_mock, create):
    """A prompt that is sent again as it was by a test that is the app, and a shorter one."""
    with suppress(sdk.BadRequestError):
        create(model=MODEL, messages=[said("word " * 9000), said("Sum up.")])
    create(model=MODEL, messages=[said("word " * 7000), said("Sum up.")])
    assert judged(cerebras_mock) == []
    with suppress(sdk.BadRequestError):
        create(model=MODEL, messages=[said("word " * 9000), said("Sum up.")])
    assert judged(cerebras_mock) == ["overflow-repeated"]


@pytest.mark.parametrize(("mark", "verdicts"), [("", ["half-answer"]), (" [cut off]", [])])
def test_history(cerebras_mock, create, mark, verdicts):
    """A conversation that goes on from half an answer, and one that says that it is half."""
    script = Script(text="one two three four five six")
    cerebras_mock.play(broken(Truncate(5), first=1, reply=script))
    stream = create(**PING, stream=True)
    answer = "".join(chunk.choices[0].delta.content or "" for chunk in stream)
    answered = [said("ping"), said(answer + mark, "assistant")]
    create(model=MODEL, messages=[*answered, said("And in winter?")])
    assert judged(cerebras_mock) == verdicts


@pytest.mark.parametrize(
    ("faults", "verdicts"), [((Truncate(4),), ["partial-tool-call"]), ((), [])]
)
def test_tools(cerebras_mock, create, faults, verdicts):
    """An agent that acts on what arrives of a call, all of it or a part."""
    call = ScriptedCall("weather", {"city": "Reykjavik"})
    cerebras_mock.play(broken(*faults, first=1, reply=Script(tool_calls=(call,))))
    message = create(**PING, tools=[TOOL]).choices[0].message
    done = {**said("It rains.", "tool"), "tool_call_id": message.tool_calls[0].id}
    made = message.model_dump(exclude_none=True)
    create(model=MODEL, messages=[said("ping"), made, done], tools=[TOOL])
    assert judged(cerebras_mock) == verdicts


@pytest.mark.parametrize(("patience", "verdicts"), [(1, ["unread-answer"]), (60, [])])
def test_patience(cerebras_mock, client, patience, verdicts):
    """A read time-out that is shorter than answers take, and one that is not."""
    cerebras_mock.play(broken(Latency(5.0), first=1))
    client.with_options(timeout=patience).chat.completions.create(**PING)
    assert judged(cerebras_mock) == verdicts


@pytest.mark.parametrize(
    ("keys", "verdicts"), [({"temperature": 0}, ["duplicate-request"]), ({}, [])]
)
def test_twice(cerebras_mock, create, keys, verdicts):
    """The same question twice, and two samples."""
    for _ in range(2):
        create(**PING, **keys)
    assert judged(cerebras_mock) == verdicts


def test_limits(cerebras_mock, create):
    """A loop over questions that does not look at what is left, and one that waits for it."""
    spent = Scenario("spent", tier="free", spent=Spent(requests=28))
    for pause, verdicts in ((2.1, []), (0.1, ["announced-429"])):
        cerebras_mock.play(spent)
        for number in range(4):
            create(model=MODEL, messages=[said(f"Question {number}")])
            time.sleep(pause)  # noqa: TID251 (the app's)
        assert sorted(set(judged(cerebras_mock))) == verdicts


@pytest.mark.parametrize(
    ("keys", "verdicts"), [({}, ["excessive-reservation"]), ({"max_completion_tokens": 300}, [])]
)
def test_reservation(cerebras_mock, create, keys, verdicts):
    """A completion without a limit reserves 40,960 tokens; with one it needs not wait."""
    cerebras_mock.play(Scenario("spent", tier="free", spent=Spent(tokens=30_000)))
    create(**PING, **keys)
    assert judged(cerebras_mock) == verdicts


@pytest.mark.parametrize(
    ("key", "verdicts"), [("sk-proj-0", ["key-sent-elsewhere"]), ("csk-0", [])]
)
def test_key(cerebras_mock, key, verdicts):
    """OpenAI's client with OpenAI's key, and with one of Cerebras."""
    cerebras_mock.play("healthy", edition="2026-11")
    with OpenAI(api_key=key) as client:
        client.chat.completions.create(**PING)
    assert judged(cerebras_mock) == verdicts


@pytest.mark.cerebras_mock(max_requests=2000)
def test_innocent_crowd(cerebras_mock, client):
    """Thirty jobs on twelve threads that ask the same, under a limit, do nothing wrong."""
    cerebras_mock.play(Scenario("limited", tier="free", spent=Spent(requests=20)))
    create = client.with_options(max_retries=30).chat.completions.create
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda _: create(**PING, max_tokens=20), range(30)))
    assert len(cerebras_mock.requests) > 30
    assert judged(cerebras_mock) == []


def test_innocent_tasks(cerebras_mock):
    """Nor do tasks, whether they try again or leave it to each other."""
    cerebras_mock.play(broken(BUSY, first=12))

    async def main(retries):
        settings = {"api_key": "csk-0", "warm_tcp_connection": False, "max_retries": retries}
        async with AsyncCerebras(**settings) as client:
            create = client.chat.completions.create
            asked = (create(**PING) for _ in range(12))
            return await asyncio.gather(*asked, return_exceptions=True)

    for retries in (2, 0):
        asyncio.run(main(retries))
        assert judged(cerebras_mock) == []
        cerebras_mock.reset()
