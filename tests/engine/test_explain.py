"""Scenarios in words and drawings."""

from __future__ import annotations

import math

import pytest

from mockserver.engine.explain import samples, told_as_svg, told_as_text
from mockserver.scenario import Match, Rule, Scenario, Schedule, load, parse

ASKED = {"requests": 3, "interval": 1.0, "model": None, "stream": True}


def met(scenario, **asked):
    return samples(scenario, **{**ASKED, **asked})


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
    (only,) = met(Scenario("x", edition=edition), requests=1, model=model)
    assert asked in only.line


def test_limits_refill_between_requests():
    """Requests are an interval apart on the scenario's clock."""
    found = met(load("rate-limit"), interval=2.0, model="llama3.1-8b", stream=False)
    assert ["429" in sample.line for sample in found] == [True, False, False]
    assert [sample.at for sample in found] == [0, 2, 4]
    assert [sample.spans[0].start for sample in found] == [0, 2, 4]


def test_near_misses():
    """A request that no rule takes has the reasons of the nearest rules."""
    rules = [Rule(f"r{at}", Match(model=f"m{at}")) for at in range(7)]
    last = Rule("first", schedule=Schedule(first=1))
    one, two = met(Scenario("x", rules=(*rules, last)), requests=2)
    assert one.remarks == []
    assert two.remarks == [
        "not by rule 'first': counted as request 2, but the schedule has first: 1",
        *(f"not by rule 'r{at}': the model is 'llama3.1-8b', not 'm{at}'" for at in range(3)),
        "not by rule 'r3': the model is 'llama3.1-8b', not 'm3' (nor by 3 more)",
    ]


def test_port_out_of_order():
    """A request that gets no connection is a line that says why, and a drawing of it."""
    text = "name: x\nport: {refuses: {for: 1s}, ignores: {for: 2s}, breaks_tls: {for: 3s}}"
    found = met(parse(text), requests=4)
    assert [sample.line for sample in found[:3]] == [
        "connection refused",
        "no connection, connecting times out",
        "connection lost in the TLS handshake",
    ]
    assert [sample.spans[0].kind for sample in found[:3]] == ["lost", "stall", "lost"]
    assert found[1].spans[0].end == math.inf
    assert found[3].line.startswith("#1 ")
    lines = list(told_as_text(found, width=40, plain=True))
    assert lines[:2] == ["   0.0 s  connection refused", "          x  at once"]


def test_text():
    """A request is a line, its words, its bar, its times; the symbols are explained at the end."""
    fault = "{error: {status: 503, message: Sorry}}, {latency: {delay: 2s}}"
    found = met(parse(f"name: x\nrules: [{{schedule: {{first: 1}}, faults: [{fault}]}}]"))
    lines = list(told_as_text(found[:1], width=40, plain=True))
    assert lines[0].startswith("   0.0 s  #1 POST ")
    size = lines[1].split(", ")[2]
    assert [line.strip() for line in lines[1:]] == [
        f"wait 2 s, head 503, {size}, end",
        "." * 26 + "!#]",
        "0 s" + " " * 23 + "2 s",
        ". the server waits  ! head of an error  # body  ] end",
    ]


def test_many_pieces_are_few_words():
    """A stream that takes its time is told in a line that can be read."""
    pace = "faults: [{pace: {first_token: 1s, tokens_per_second: 50}}]"
    found = met(parse(f"name: x\nrules: [{{reply: {{tokens: 200}}, {pace}}}]"), requests=1)
    (lane_words,) = list(told_as_text(found, width=80))[1:2]
    assert lane_words.count(", ") == 3
    assert "with 200 tokens in 3.98 s" in lane_words


def test_svg():
    """The drawing has a lane for each request, with its moment and its line."""
    drawing = told_as_svg(met(load("burst-503")), title="the title")
    assert "<title>the title</title>" in drawing
    assert drawing.count("<g>") == 3
    assert "1 s  #2 POST /v1/chat/completions" in drawing
