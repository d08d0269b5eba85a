"""What is told of an exchange: the sentences of the table, and the facts in them."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from mockserver.api.model.script import Script
from mockserver.faults import (
    Cut,
    Error,
    ErrorEvent,
    NoCompletion,
    NoFinish,
    Truncate,
)
from mockserver.plan import Close, Data, Head, Wait
from mockserver.scenario import Rule, Spent
from mockserver.verdicts.classify import Classification, classify

CODES = [
    *("wrong_api_key", "model_not_found", "model_archived", "request_quota_exceeded"),
    *("token_quota_exceeded", "queue_exceeded", "service_unavailable"),
    *("context_length_exceeded", "wrong_api_format", "request_budget_spent"),
]


def error(problem, **keys):
    return {"faults": (Error(**{"problem": problem, "retry_after": None} | keys),)}


@pytest.fixture
def found(engine, ask, now):
    """Return a function that plays one request and classifies the exchange."""

    def play(rule=None, keys=None, **request):
        running = engine(Rule(**(rule or {})), **(keys or {}))
        exchange = running.handle(ask(**request), now=now)
        return classify(exchange, running.edition)

    return play


@pytest.mark.parametrize(
    ("case", "what", "fix"),
    [
        (
            {"headers": {"authorization": "Bearer sk-proj-abc"}},
            "the key 'sk-proj-...' belongs to OpenAI, not to Cerebras",
            "set CEREBRAS_API_KEY to a key that begins with 'csk-'",
        ),
        ({"headers": {}}, "no Authorization header", "set CEREBRAS_API_KEY"),
        ({"rule": error("wrong_api_key")}, "the key was refused", "renew CEREBRAS_API_KEY"),
        ({"model": "gpt-oss-20b"}, "'gpt-oss-20b' is not served", "(nearest: 'gpt-oss-120b')"),
        (
            {"rule": error("model_not_found")},
            "'llama3.1-8b' was withdrawn by the scenario",
            "use one of gpt-oss-120b, ",
        ),
        ({"rule": {"faults": (Error(status=429),)}}, "429: ", "try again with"),
        (
            {"rule": {"faults": (NoCompletion("page"),)}},
            "status 200 came with an HTML page",
            "do not show the page",
        ),
        (
            {"keys": {"tier": "free", "spent": Spent(requests=30)}},
            "Requests per minute limit exceeded; the next request is admitted in 2 s",
            "wait as long as Retry-After says",
        ),
        (
            {"rule": {"faults": (ErrorEvent(after_tokens=2),)}, "stream": True},
            "an error ended the stream after 2 tokens of the answer: Encountered a server",
            "also handle errors while reading a stream",
        ),
        (
            {"rule": {"faults": (ErrorEvent(after_tokens=2, form="text", event="error"),)}}
            | {"stream": True},
            "ended the stream after 2 tokens of the answer: Encountered a server",
            "also handle errors while reading a stream",
        ),
        (
            {"rule": {"reply": Script(tokens=9), "faults": (NoFinish(),)}, "stream": True},
            "the stream ended after 9 tokens without a finish_reason",
            "as cut off",
        ),
        ({"rule": error("tokens_per_day")}, "there is no Retry-After", "ask another model"),
        (
            {"max_tokens": 8192},
            "more than the window of 8192",
            "or use a model with a wider window: gpt-oss-120b",
        ),
        (
            {"rule": error("context_length_exceeded", message="too long")},
            "the request needs 0 tokens",
            "drop the oldest messages",
        ),
        ({"store": True}, "the body has store: OpenAI's API accepts this", "leave it out"),
        (
            {"prompt_cache_key": "x" * 1025},
            "at most 1024 characters",
            "only fields and values that the API documents",
        ),
        ({"rule": error("queue_exceeded")}, "the service is overloaded", "back-off and jitter"),
        ({"rule": error("service_unavailable")}, "the service is overloaded", "back-off"),
        ({"rule": error("server_error")}, "500: Encountered a server error", "back-off"),
        ({"rule": error("payment_required")}, "402: Payment required", "add credit"),
        ({"rule": error("edge_bot_block")}, "403: the edge blocks the client", "not the key"),
        (
            {"rule": {"faults": (Cut(after_tokens=3),)}, "stream": True},
            "lost after 3 tokens",
            "discard the partial answer",
        ),
        (
            {"rule": {"faults": (Truncate(tokens=5),)}},
            "the answer stopped at 5 tokens, the default of 512",
            "set max_completion_tokens",
        ),
        (
            {"max_tokens": 4},
            "stopped at 4 tokens, the 4 that the request asked for",
            "finish_reason 'length'",
        ),
    ],
)
def test_sentences(found, case, what, fix):
    """Each way to fail has a sentence on what happened and one on what to do."""
    told = found(**case)
    assert what in told.what
    assert fix in told.fix


TWO_RESETS = {
    "x-ratelimit-reset-requests-day": "33011.382867",
    "x-ratelimit-remaining-requests-day": "2399",
    "x-ratelimit-reset-tokens-minute": "11.0",
    "x-ratelimit-remaining-tokens-minute": "0",
}
TOO_LARGE = "Request too large: limit 8000 tokens per minute, requested 42084."


@pytest.mark.parametrize(
    ("problem", "keys", "what", "fix"),
    [
        ("tokens_per_minute", {}, "is no Retry-After", "jitter until the minute is over"),
        ("requests_per_hour", {"retry_after": 7200.0}, "admitted in 2 h", "Retry-After is longer"),
        ("requests_per_minute", {"retry_after_date": 29.6}, "in 29 s", "as Retry-After says"),
        ("tokens_per_minute", {"headers": TWO_RESETS}, "no Retry-After", "tokens-minute says 11 s"),
        ("tokens_per_minute", {"message": TOO_LARGE}, "can never fit", "waiting never helps"),
    ],
)
def test_quota(found, problem, keys, what, fix):
    """What to do about a limit depends on what the answer tells of it."""
    told = found(error(problem, **keys))
    assert what in told.what
    assert fix in told.fix


@pytest.mark.parametrize("model", ["gpt-oss-120b", "llama3.1-8b", "gpt-4o"])
def test_other_models(found, model):
    """No model is named that was withdrawn just now, or that the live API has retired."""
    fix = found(error("model_not_found"), model=model).fix
    assert "llama3.1-8b" not in fix
    assert model not in fix
    assert "use one of " in fix


def test_no_other_model(engine, ask, now):
    """Where no other model is left, the list tells."""
    running = engine(Rule(**error("model_not_found")))
    exchange = running.handle(ask(model="gpt-oss-120b"), now=now)
    only = {"gpt-oss-120b": running.edition.models["gpt-oss-120b"]}
    assert "GET /v1/models" in classify(exchange, replace(running.edition, models=only)).fix


@pytest.mark.parametrize(
    ("asked", "fix"), [(30_000, "set max_completion_tokens"), (20_000, "until the minute is over")]
)
def test_takes_all(found, asked, fix):
    """A request that takes all that a minute has should ask for less, and is not told to wait."""
    refusal = error("tokens_per_minute", headers={"x-ratelimit-limit-tokens-minute": "30000"})
    assert fix in found(refusal, model="gpt-oss-120b", max_tokens=asked).fix


def test_nothing_wrong(found):
    """A whole answer needs no told."""
    assert found() == Classification()


def test_lost_before_the_head(engine, ask, now):
    """A connection closed before any answer is said to be so."""
    running = engine()
    exchange = running.handle(ask(), now=now)
    exchange.plan = (Close(),)
    assert classify(exchange, running.edition).what == "the connection was lost before any answer"


@pytest.mark.parametrize(
    ("plan", "what"),
    [
        ((Wait(math.inf),), "no answer came, and"),
        ((Head(200), Data(b"x", 3), Wait(math.inf)), "the answer stopped after 3 tokens"),
    ],
)
def test_stalled(engine, ask, now, plan, what):
    """Silence is told from a lost connection, and needs a time-out."""
    running = engine()
    exchange = running.handle(ask(), now=now)
    exchange.plan = plan
    told = classify(exchange, running.edition)
    assert told.what.startswith(what)
    assert "time-out" in told.fix


@pytest.mark.parametrize("code", CODES)
def test_code_without_message(found, code):
    """A body of the scenario's own may have a known code and nothing else."""
    assert found({"faults": (Error(status=500, body={"code": code}),)}).fix


@pytest.mark.parametrize(
    ("path", "what"),
    [("/models", "the path has no /v1: /models"), ("/v1/nothing", "404: no explanation")],
)
def test_wrong_path(engine, ask, now, path, what):
    """A path is explained by the table of set-up mistakes, or as what it is."""
    running = engine()
    exchange = running.handle(ask(path), now=now)
    assert classify(exchange, running.edition).what == what
