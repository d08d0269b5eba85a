"""What an engine takes from its memory before it answers, and gives back afterwards."""

from __future__ import annotations

import json

import pytest

from mockserver.core.messages import Request
from mockserver.engine import Engine
from mockserver.engine.memory import overrides
from mockserver.engine.needs import OVERLOAD
from mockserver.faults import Error
from mockserver.scenario import Rule, Scenario, Schedule

HEADERS = {"content-type": "application/json", "authorization": "Bearer csk-0123456789abcdef0123"}
FIRST = Rule("first", schedule=Schedule(first=1), faults=(Error(status=503),))


def chat(text="Hi"):
    body = {"model": "llama3.1-8b", "messages": [{"role": "user", "content": text}]}
    return Request("POST", "/v1/chat/completions", HEADERS, json.dumps(body).encode())


def engine_of(**keys):
    return Engine(Scenario("test", **keys), now=0.0)


def take(engine, request):
    needs = engine.needs(request)
    return needs, engine.memory.take(needs, 0.0)


def test_needs_take_nothing():
    """Only taking counts a request: what it needs can be asked for as often as one likes."""
    engine = engine_of(rules=(FIRST,))
    for _ in range(3):
        engine.needs(chat())
    _, taken = take(engine, chat())
    assert (taken.number, taken.decision.rule) == (1, FIRST)


def test_decide_is_handle():
    """Needs, taking and deciding give what handling gives."""
    apart, whole = engine_of(rules=(FIRST,)), engine_of(rules=(FIRST,))
    for text in ("one", "one", "two"):
        needs, taken = take(apart, chat(text))
        found = apart.decide(needs, taken, now=0.0)
        expected = whole.handle(chat(text), now=0.0)
        assert (found.plan, found.line()) == (expected.plan, expected.line())
        assert (found.attempt, found.rule) == (expected.attempt, expected.rule)


def test_capacity():
    """A running answer takes a place, and gives it back when it is over."""
    engine = engine_of(capacity=1)
    running = engine.handle(chat(), now=0.0)
    assert take(engine, chat())[1].refused == OVERLOAD
    engine.finish(running, now=0.0)
    assert take(engine, chat())[1].refused is None


def test_what_counts_and_costs():
    """A warm-up gets no number; what the API refuses, or what is free, takes no tokens."""
    engine = engine_of()
    warm_up, models = (Request("GET", f"/v1/{name}", HEADERS) for name in ("tcp_warming", "models"))
    assert take(engine, warm_up)[1].number == 0
    assert take(engine, models)[1].number == 1
    assert take(engine, models)[1].quota is None
    keyless = Request("POST", "/v1/chat/completions", {}, chat().body)
    assert [engine.needs(one).costs for one in (chat(), models, keyless)] == [True, False, False]


@pytest.mark.parametrize(("probability", "acting"), [(None, 100), (0.0, 0), (1.0, 100)])
def test_overrides(probability, acting):
    """A rule that a request carries acts as often as its probability says."""
    assert sum(overrides(probability, 0, number) for number in range(100)) == acting
