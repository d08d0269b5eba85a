"""Scenarios in words."""

from __future__ import annotations

import math

import pytest

from mockserver.explain import explain, timeline
from mockserver.plan import Close, Data, End, Head, Wait
from mockserver.scenario import Match, Rule, Scenario, Schedule, load


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ((Head(200), Data(b"ab", 2), Data(b"c", 1), End()), "head 200, 3 bytes with 3 tokens, end"),
        ((Wait(0.25), Head(503), Data(b"no"), End()), "wait 0.25 s, head 503, 2 bytes, end"),
        ((Head(200), Wait(math.inf)), "head 200, stall"),
        ((Close(),), "FIN"),
        ((Head(200), Data(b"a", 1), Close(reset=True)), "head 200, 1 bytes with 1 token, RST"),
    ],
)
def test_timeline(plan, words):
    """Each step is a word or two."""
    assert timeline(plan) == words


def test_limits_refill_between_requests():
    """Requests are an interval apart on the scenario's clock."""
    lines = list(
        explain(load("rate-limit"), requests=3, interval=2.0, model="llama3.1-8b", stream=False)
    )
    assert ["429" in line for line in lines[::2]] == [True, False, False]


def test_near_misses():
    """A request that no rule takes has the reasons of the nearest rules."""
    rules = [Rule(f"r{at}", Match(model=f"m{at}")) for at in range(7)]
    asked = {"requests": 2, "interval": 1.0, "model": "llama3.1-8b", "stream": True}
    last = Rule("first", schedule=Schedule(first=1))
    lines = list(explain(Scenario("x", rules=(*rules, last)), **asked))
    assert [line.strip() for line in lines if "not by" in line] == [
        "not by rule 'first': it was its request 2, and the schedule says first: 1",
        *(f"not by rule 'r{at}': the model is 'llama3.1-8b', not 'm{at}'" for at in range(3)),
        "not by rule 'r3': the model is 'llama3.1-8b', not 'm3' (nor by 3 more)",
    ]
