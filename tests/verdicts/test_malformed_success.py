"""Each bad 200 has a sentence on what came, and one on what to do."""

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
from mockserver.verdicts.classify import classify
from mockserver.verdicts.malformed_success import MALFORMED_SUCCESS

TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
CALL = {"reply": Script(tool_calls=(ScriptedCall("weather"),))}
TAGGED = {"reply": Script(text="<think>Paris?</think>\n\nParis")}


_CUT = "without a finish_reason"  # which says more of a stream
ROWS = {(row.what.partition("{")[0], row.fix) for row in MALFORMED_SUCCESS}


def is_malformed(found):
    """Return whether a classification is by one of the rows of bad 200s."""
    return any(found.what.startswith(what) and found.fix == fix for what, fix in ROWS)


@pytest.fixture
def found(engine, ask, now):
    """Return a function that plays one request and classifies the exchange."""

    def play(*faults, reply=None, scenario=None, **body):
        rules = scenario.rules if scenario else [Rule(reply=reply or Script(), faults=faults)]
        running = engine(*rules)
        exchange = running.handle(ask(**{"model": "gpt-oss-120b", **body}), now=now)
        return classify(exchange, running.edition)

    return play


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("fault", "what", "fix"),
    [
        (NoCompletion("page"), "HTML page", "do not show the page"),
        (NoCompletion("empty"), ("without any choices", _CUT), ("only if there is one", "cut off")),
        (NoCompletion("json_null"), ("not a JSON object", _CUT), ("parser", "cut off")),
        (
            WrongShape("no_choices"),
            ("without any choices", _CUT),
            ("only if there is one", "cut off"),
        ),
        (WrongMode(), "a stream came instead of a document, or", "without text"),
        (ReasoningOnly(9), "spent all 9 tokens on thinking", "max_completion_tokens"),
        (WrongShape("null_content"), "no content, and its finish_reason is stop", "is text"),
        (WrongShape("empty_tool_calls"), "there are no calls", "read the first call only"),
        (Corrupt("u2028"), "U+2028", "str.splitlines"),
        (WrongShape("missing_keys"), "(faults: wrong_shape)", "docs/faults.md"),
    ],
)
def test_answer(found, stream, fault, what, fix):
    """A document and a stream are explained alike, but where one says more than the other."""
    causes, fixes = ((one, one) if isinstance(one, str) else one for one in (what, fix))
    told = found(fault, stream=stream)
    assert causes[stream] in told.what
    assert fixes[stream] in told.fix


@pytest.mark.parametrize(
    ("asked", "faults", "what"),
    [
        ({}, [NoCompletion("error")], "an error instead of a completion: Encountered a"),
        ({}, [NoCompletion("nested_error")], "instead of a completion: Encountered a"),
        ({}, [Corrupt("malformed")], "not a JSON object"),
        ({}, [ContentType("text/plain")], "(faults: content_type)"),
        ({}, [JsonPatch(remove=("/id",))], "(faults: json_patch)"),
        ({"stream": True}, [EventFormat(event="message")], "a name ('message')"),
        ({"stream": True}, [Tamper("empty_choices", at=2)], "an empty list of choices"),
        ({"tools": [TOOL], **CALL}, [WrongShape("invalid_tool_json")], "are not a JSON object"),
        (TAGGED, [], "in <think> tags"),
        ({"stream": True, **TAGGED}, [], "in <think> tags"),
    ],
)
def test_answer_of_one_form(found, asked, faults, what):
    """What comes in one form only, or in one of them looks otherwise."""
    assert what in found(*faults, **asked).what


@pytest.mark.parametrize(
    "name",
    [
        *("html-200", "error-in-200", "null-content", "think-tags", "reasoning-eats-budget"),
        *("named-events", "usage-chunk", "unicode-separators"),
    ],
)
def test_shipped(found, name):
    """The scenarios of answers that look well are explained."""
    assert is_malformed(found(scenario=load(name), stream=name in ("named-events", "usage-chunk")))


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
def test_good_answers(found, stream, body):
    """Honest answers, thoughts that were asked for, lists and errors are none."""
    assert not is_malformed(found(**body, stream=stream))


def test_cut_short(engine, ask, now):
    """Of an answer that is not kept whole nobody knows."""
    running = engine(Rule(faults=(NoCompletion("page"),)))
    exchange = running.handle(ask(), now=now)
    assert is_malformed(classify(exchange, running.edition))
    exchange.shorten(10)
    assert not is_malformed(classify(exchange, running.edition))


def test_table():
    """Each row says two different things."""
    assert len(ROWS) == len({what for what, _ in ROWS}) == len({fix for _, fix in ROWS})
