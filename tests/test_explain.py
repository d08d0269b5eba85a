"""Scenarios in words."""

from __future__ import annotations

import math

import pytest

from mockserver.explain import explain, timeline
from mockserver.plan import Close, Data, End, Head, Wait
from mockserver.scenario import Match, Rule, Scenario, Schedule, load, parse


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


@pytest.mark.parametrize(
    ("edition", "model", "asked"),
    [
        ("guide", None, "llama3.1-8b stream -> 200"),
        ("2026-11", None, "gpt-oss-120b stream -> 200"),
        ("2026-11", "llama3.1-8b", "llama3.1-8b stream -> 404, model_not_found"),
    ],
)
def test_model(edition, model, asked):
    """Without a model it asks for one that the edition serves."""
    scenario = Scenario("x", edition=edition)
    first, _ = explain(scenario, requests=1, interval=1.0, model=model, stream=True)
    assert asked in first


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


def test_port_out_of_order():
    """A request that gets no connection is a line that says why."""
    text = "name: x\nport: {refuses: {for: 1s}, ignores: {for: 2s}, breaks_tls: {for: 3s}}"
    lines = list(explain(parse(text), requests=4, interval=1.0, model=None, stream=False))
    assert [line.partition("s  ")[2] for line in lines[:3]] == [
        "connection refused",
        "no connection, the connect times out",
        "connection lost in the TLS handshake",
    ]
    assert lines[3].startswith("   3.0 s  #1 ")
