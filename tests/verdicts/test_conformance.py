"""Which answers every client can read, after what the clients were measured to make of them."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from mockserver.api.contract import editions
from mockserver.api.model.script import Script, ScriptedCall
from mockserver.faults import FAMILIES, Corrupt, EventFormat, Gzip, Tamper
from mockserver.scenario import Rule, parse
from mockserver.verdicts.conformance import readable
from mockserver.verdicts.received import complete

DOCS = Path(__file__).parent.parent.parent / "docs"
GENERATOR = runpy.run_path(str(DOCS / "faults.py"))
CLIENTS = tuple(GENERATOR["method"]()["clients"])
ROWS = [row for row in GENERATOR["measured"]() if row["fault"] not in FAMILIES["timing"]]
TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
CALL = ScriptedCall("weather", {"city": "Rome"})
TEXT = "Grüße aus Köln. " * 9
LEFT = "hang_after_done"  # some never come to its end, and leave
BY_OTHER_SIGNS = "content_type"  # a stream is read by all, whatever it is said to be


def understood(row):
    return all(row[client] in ("ok", "not measured") for client in CLIENTS)


def named(row):
    return " ".join((row["fault"], row["settings"], row["request"], row["measured_as"]))


@pytest.fixture
def answer(engine, ask, now):
    """Return a function that plays one request to its end."""

    def play(*faults, reply=None, edition=None, **body):
        rule = Rule(reply=reply or Script(text=TEXT), faults=faults)
        running = engine(rule, edition=edition)
        exchange = running.handle(ask(**body), now=now)
        running.finish(exchange, now=now)
        return exchange

    return play


def played(answer, row):
    """Play a row of the measurements; the calls of those that break calls."""
    (fault,) = parse(GENERATOR["example"](row["fault"], f"{{{row['settings']}}}")).rules[0].faults
    calls = Script(tool_calls=(CALL,)) if "tool_json" in row["settings"] else None
    body = {"tools": [TOOL]} if calls else {}
    return answer(fault, reply=calls, stream=row["request"] == "stream", **body)


UNDERSTOOD = [row for row in ROWS if understood(row) and row["fault"] != BY_OTHER_SIGNS]
NOT_UNDERSTOOD = [row for row in ROWS if not understood(row) and row["fault"] != LEFT]


@pytest.mark.parametrize("row", NOT_UNDERSTOOD, ids=named)
def test_not_understood(answer, row):
    """What some measured client does not read as it is meant has not been answered in full."""
    assert not complete(played(answer, row))


@pytest.mark.parametrize("row", UNDERSTOOD, ids=named)
def test_understood(answer, row):
    """What all of them read is an answer, however odd."""
    assert complete(played(answer, row))


@pytest.mark.parametrize("edition", editions.names())
@pytest.mark.parametrize("stream", [False, True])
def test_honest(answer, edition, stream):
    """Each honest answer can be read: texts, thoughts, calls, odds, in both endpoints."""
    asked = (
        {"model": "gpt-oss-120b"},
        {"model": "gpt-oss-120b", "tools": [TOOL], "tool_choice": "required"},
        {"model": "llama3.1-8b", "logprobs": True},
        {"endpoint": "completions"},
        {"stream_options": {"include_usage": True}} if stream else {},
    )
    for body in asked:
        exchange = answer(reply=Script(), edition=edition, stream=stream, **body)
        assert exchange.refused or readable(exchange), (edition, body)


def test_several_choices(answer, several):
    """Several choices are read as one answer."""
    for stream in (False, True):
        assert complete(answer(edition=several, stream=stream, n=3))


@pytest.mark.parametrize(
    "fault",
    [
        Tamper("dropped", at=4),
        EventFormat(event="message"),
        Corrupt("duplicate_keys"),
        Gzip("truncated"),
    ],
)
def test_unreadable(answer, fault):
    """A word that is missing, a named event, two meanings, half of a packed body."""
    assert not readable(answer(fault, stream=True))
