"""Each answer with status 200 that puzzles has a sentence on what came, and one on what to do."""

from __future__ import annotations

import pytest

from mockserver.api.model.script import Script, ScriptedCall
from mockserver.faults import (
    ContentType,
    Corrupt,
    EventFormat,
    JsonPatch,
    NoCompletion,
    ReasoningOnly,
    Tamper,
    WrongMode,
    WrongShape,
)
from mockserver.scenario import Rule, load
from mockserver.verdicts.puzzles import PUZZLES, explained

TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
CALL = {"reply": Script(tool_calls=(ScriptedCall("weather"),))}
TAGGED = {"reply": Script(text="<think>Paris?</think>\n\nParis")}


@pytest.fixture
def puzzle(engine, ask, now):
    """Return a function that plays one request and explains the answer."""

    def play(*faults, reply=None, scenario=None, **body):
        rules = scenario.rules if scenario else [Rule(reply=reply or Script(), faults=faults)]
        exchange = engine(*rules).handle(ask(**{"model": "gpt-oss-120b", **body}), now=now)
        return explained(exchange)

    return play


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("fault", "what", "fix"),
    [
        (NoCompletion("page"), "HTML page", "show no page"),
        (NoCompletion("empty"), "without any choices", "whether there is a choice"),
        (NoCompletion("json_null"), ("no JSON object", "without any"), ("parser", "failure")),
        (WrongShape("no_choices"), "without any choices", "whether there is a choice"),
        (WrongMode(), "a stream came for a document, or a document", "without text"),
        (ReasoningOnly(9), "thought until all 9 tokens were used up", "max_completion_tokens"),
        (WrongShape("null_content"), "no content, and its finish_reason is stop", "is text"),
        (WrongShape("empty_tool_calls"), "there are no calls", "whether there is a call"),
        (Corrupt("u2028"), "U+2028", "str.splitlines"),
        (WrongShape("missing_keys"), "(faults: wrong_shape)", "docs/faults.md"),
    ],
)
def test_puzzle(puzzle, stream, fault, what, fix):
    """A document and a stream are explained alike, but where one says more than the other."""
    causes, fixes = ((one, one) if isinstance(one, str) else one for one in (what, fix))
    found = puzzle(fault, stream=stream)
    assert causes[stream] in found[0]
    assert fixes[stream] in found[1]


@pytest.mark.parametrize(
    ("asked", "faults", "what"),
    [
        ({}, [NoCompletion("error")], "an error in the place of a completion: Encountered a"),
        ({}, [NoCompletion("nested_error")], "in the place of a completion: Encountered a"),
        ({}, [Corrupt("malformed")], "no JSON object"),
        ({}, [ContentType("text/plain")], "(faults: content_type)"),
        ({}, [JsonPatch(remove=("/id",))], "(faults: json_patch)"),
        ({"stream": True}, [EventFormat(event="message")], "a name ('message')"),
        ({"stream": True}, [Tamper("empty_choices", at=2)], "an empty list of choices"),
        ({"tools": [TOOL], **CALL}, [WrongShape("invalid_tool_json")], "are no JSON object"),
        (TAGGED, [], "in <think> tags"),
        ({"stream": True, **TAGGED}, [], "in <think> tags"),
    ],
)
def test_puzzle_of_one_form(puzzle, asked, faults, what):
    """What comes in one form only, or in one of them looks otherwise."""
    assert what in puzzle(*faults, **asked)[0]


@pytest.mark.parametrize(
    "name",
    [
        *("html-200", "error-in-200", "null-content", "think-tags", "reasoning-eats-budget"),
        *("named-events", "usage-chunk", "unicode-separators"),
    ],
)
def test_shipped(puzzle, name):
    """The scenarios of answers that look well are explained."""
    assert puzzle(scenario=load(name), stream=name in ("named-events", "usage-chunk"))


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"model": "llama3.1-8b", "max_tokens": 3},
        {"tools": [TOOL], "tool_choice": "required"},
        {"model": "qwen-3-32b", "reasoning_format": "raw"},
        {"endpoint": "models"},
        {"temperature": 9},
    ],
)
def test_no_puzzle(puzzle, stream, body):
    """Honest answers, thoughts that were asked for, lists and errors are none."""
    assert puzzle(**body, stream=stream) is None


def test_cut_short(engine, ask, now):
    """Of an answer that is not kept whole nobody knows."""
    running = engine(Rule(faults=(NoCompletion("page"),)))
    exchange = running.handle(ask(), now=now)
    exchange.shorten(10)
    assert explained(exchange) is None


def test_table():
    """Each row says two different things."""
    assert len({row.what for row in PUZZLES}) == len({row.fix for row in PUZZLES}) == len(PUZZLES)
