"""What an edition says of limits, through the whole engine."""

from __future__ import annotations

import pytest

from mockserver import Engine, Limit, Scenario, Spent, Window
from mockserver.api.contract import editions
from mockserver.plan import head_of

CHILD = """
extends: guide
name: ours
limits: {{reserves: {reserves}, retry_after: {retry_after}}}
"""


@pytest.fixture
def ours(tmp_path, now):
    """Return a builder of engines whose edition limits in its own way."""

    def build(reserves="completion", retry_after="true", **keys):
        path = tmp_path / f"{reserves}-{retry_after}.yaml"
        path.write_text(CHILD.format(reserves=reserves, retry_after=retry_after))
        return Engine(Scenario("x", edition=str(path), tier="free", **keys), now=now)

    return build


@pytest.mark.parametrize(
    ("reserves", "form", "held"),
    [
        ("completion", {}, 512),
        ("completion", {"max_tokens": 40}, 40),
        ("completion", {"model": "gpt-oss-120b"}, 40_960),
        ("asked", {}, 16_384),
        ("asked", {"max_completion_tokens": 40}, 40),
        ("asked", {"model": "gpt-oss-120b", "max_completion_tokens": 40_000}, 16_384),
        ("estimate", {"max_completion_tokens": 40}, 40),
    ],
)
def test_reserves(ours, ask, now, reserves, form, held):
    """An edition says what a request holds back besides its prompt."""
    exchange = ours(reserves).handle(ask(**form), now=now)
    assert exchange.reserved_tokens - exchange.prompt_tokens == held


def test_estimate_without_length(ours, ask, now):
    """Where nothing is asked for, the estimate is as much as the prompt again."""
    exchange = ours("estimate").handle(ask(model="gpt-oss-120b"), now=now)
    assert exchange.reserved_tokens == 2 * exchange.prompt_tokens


@pytest.mark.parametrize("reserves", ["completion", "asked", "estimate"])
@pytest.mark.parametrize("stream", [True, False])
def test_settled(ours, ask, now, reserves, stream):
    """Whatever was held back, in the end only what was used is gone."""
    engine = ours(reserves)
    exchange = engine.handle(ask(stream=stream), now=now)
    engine.finish(exchange, now=now)
    used = exchange.prompt_tokens + exchange.completion_tokens
    after = engine.handle(ask(model="llama3.1-8b", max_completion_tokens=0), now=now)
    left = 60_000 - used - after.prompt_tokens
    assert head_of(after.plan).header("x-ratelimit-remaining-tokens-minute") == str(left)


@pytest.mark.parametrize(("retry_after", "header"), [("true", "2"), ("false", None)])
def test_retry_after(ours, ask, now, retry_after, header):
    """An edition may leave Retry-After out; the fields that show the limits stay."""
    refused = ours(retry_after=retry_after, spent=Spent(requests=30)).handle(ask(), now=now)
    head = head_of(refused.plan)
    assert (head.status, head.header("retry-after")) == (429, header)
    assert head.header("x-ratelimit-remaining-requests-minute") == "0"


@pytest.mark.parametrize(
    ("tier", "window"),
    [(None, 131_072), ("developer", 131_072), ("free-trial", 65_536), ("default", 65_536)],
)
def test_window_of_the_tier(now, tier, window):
    """A tier may have less context; without an enforced tier the widest window holds."""
    engine = Engine(Scenario("x", edition="2026-11", tier=tier), now=now)
    assert engine.edition.models["gpt-oss-120b"].context == window
    assert editions.load("2026-11").models["gpt-oss-120b"].context == 131_072


def test_capacity(ask, now, engine):
    """A service takes so many completions at a time; one more is turned away without any limits."""
    busy = engine(capacity=2)
    running = [busy.handle(ask(), now=now) for _ in range(2)]
    refused = busy.handle(ask(), now=now)
    assert (refused.status, refused.error["code"]) == (429, "queue_exceeded")
    names = {name for name, _ in head_of(refused.plan).headers}
    assert not {name for name in names if name.startswith("x-ratelimit")}
    assert not {"retry-after", "x-should-retry"} & names
    assert busy.handle(ask("models"), now=now).status == 200
    busy.finish(refused, now=now)
    assert busy.handle(ask(), now=now).status == 429
    busy.finish(running[0], now=now)
    assert busy.handle(ask(), now=now).status == 200


def test_overload_headers(tmp_path, ask, now):
    """An edition may add fields to the answer of a full queue."""
    path = tmp_path / "ours.yaml"
    path.write_text('extends: guide\nlimits: {overload_headers: {x-should-retry: "false"}}\n')
    busy = Engine(Scenario("x", edition=str(path), capacity=1), now=now)
    busy.handle(ask(), now=now)
    assert head_of(busy.handle(ask(), now=now).plan).header("x-should-retry") == "false"


def test_cached_tokens_count_apart(ask, now):
    """What the prompt cache had is taken from the total only, as the fields show."""
    engine = Engine(Scenario("x", edition="2026-11", tier="free-trial"), now=now)
    question = {"model": "gpt-oss-120b", "max_completion_tokens": 100}
    messages = [{"role": "system", "content": "Be brief. " * 400}, {"role": "user", "content": "?"}]
    for _ in range(2):
        exchange = engine.handle(ask(messages=messages, **question), now=now)
        engine.finish(exchange, now=now)
    used = 2 * exchange.prompt_tokens + sum(each.completion_tokens for each in engine.journal)
    assert exchange.cached_tokens >= 1024
    head = head_of(exchange.plan)
    left = 30_000 - used + exchange.cached_tokens
    assert head.header("x-ratelimit-remaining-tokens-minute") == str(left)
    assert head.header("x-ratelimit-limit-tokens-hour") == "1000000"
    assert head.header("x-ratelimit-remaining-tokens-hour") == str(3_000_000 - used)


@pytest.mark.parametrize(("model", "requests"), [("gpt-oss-120b", "1000"), ("qwen-3.8-27b", "450")])
def test_amounts_of_the_model(ask, now, model, requests):
    """A tier may allow more or less on a single model."""
    engine = Engine(Scenario("x", edition="2026-11", tier="developer"), now=now)
    head = head_of(engine.handle(ask(model=model), now=now).plan)
    assert head.header("x-ratelimit-limit-requests-minute") == requests


RECOVERY = Limit(Window(after=20.0, lasting=5.0), requests_per_second=5)


@pytest.mark.parametrize("tier", [None, "free"])
def test_recovery(ask, now, engine, tier):
    """While the service recovers it takes so many requests a second, whatever the tier allows."""
    run = engine(limits=(RECOVERY,), tier=tier)

    def burst(late):
        return [run.handle(ask(), now=now + late) for _ in range(7)]

    assert {exchange.status for exchange in burst(0.0)} == {200}
    assert [exchange.status for exchange in burst(20.0)] == [200] * 5 + [429] * 2
    refused = burst(20.0)[0]
    assert refused.error["message"].startswith("Requests per second limit exceeded")
    assert refused.error["code"] == "request_quota_exceeded"
    assert refused.retry_after == 1.0
    assert [exchange.status for exchange in burst(21.0)] == [200] * 5 + [429] * 2
    assert {exchange.status for exchange in burst(25.0)} == {200}


def test_recovery_ends_early(ask, now, engine):
    """Retry-After is never longer than the limit lasts, and coming back then is admitted."""
    run = engine(limits=(Limit(Window(lasting=8.0), requests_per_hour=1),))
    assert run.handle(ask(), now=now).status == 200
    refused = run.handle(ask(), now=now + 1.5)
    assert (refused.status, refused.retry_after) == (429, 7.0)
    assert run.handle(ask(), now=now + 7.9).status == 429
    assert run.handle(ask(), now=now + 1.5 + refused.retry_after).status == 200


def test_limit_without_retry_after(ours, ask, now):
    """An edition that sends no Retry-After sends none for such a limit either."""
    run = ours(retry_after="false", limits=(Limit(requests_per_second=1),))
    run.handle(ask(), now=now)
    refused = run.handle(ask(), now=now)
    assert (refused.status, refused.retry_after) == (429, None)


def test_tokens_of_a_limit(ask, now, engine):
    """Tokens that are not used are put back, and what was reserved before does not count."""
    run = engine(limits=(Limit(Window(after=10.0), tokens_per_minute=600),))
    before = run.handle(ask(max_tokens=512), now=now)
    first = run.handle(ask(max_tokens=500), now=now + 10)
    assert run.handle(ask(max_tokens=500), now=now + 10).error["code"] == "token_quota_exceeded"
    run.finish(before, now=now + 10)
    assert run.handle(ask(max_tokens=500), now=now + 10).status == 429
    run.finish(first, now=now + 10)
    assert run.handle(ask(max_tokens=400), now=now + 10).status == 200
