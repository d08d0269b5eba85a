"""Mistakes in the parameters of a request, and parameters that are right."""

from __future__ import annotations

import pytest

from mockserver.api.contract import editions
from mockserver.verdicts.mistakes import Setup, mistakes_in
from mockserver.verdicts.mistakes.bodies import BODIES

TODAY = editions.load("2026-11")
HI = {"role": "user", "content": "hi"}
FUNCTION = {"type": "function", "function": {"name": "f"}}
BOTH = ["2026-11", "2025-10"]


def said(**message):
    return {"messages": [{"role": "user", "content": "hi", **message}]}


@pytest.mark.parametrize("edition", BOTH)
@pytest.mark.parametrize(
    ("body", "name", "what", "fix"),
    [
        ({"messages": "hi"}, "messages-as-text", "messages is 'hi', not a list", "'user'"),
        ({"messages": []}, "empty-messages", "messages is empty", "at least one"),
        (said(role="function"), "unknown-role", "[0] has the role 'function'", "write 'tool'"),
        (said(role="ai"), "unknown-role", "messages[0] has the role 'ai'", "write 'assistant'"),
        (said(role="bot"), "unknown-role", "has the role 'bot'", "'system', 'user'"),
        ({"messages": [{"content": "hi"}]}, "no-role", "messages[0] has no role", "add"),
        (said(content=None), "no-content", "messages[0].content is null", "send a text"),
        ({"messages": [{"role": "user"}]}, "no-content", "[0].content is null", "send a text"),
        (
            {"messages": [HI, {"role": "tool", "content": "a"}]},
            "no-tool-call-id",
            "messages[1].tool_call_id is missing",
            "as tool_call_id",
        ),
        ({"tools": [{"type": "function", "name": "f"}]}, "flat-tool", "tools[0].function", "'f"),
        ({"stop": ["a"] * 5}, "too-many-stops", "more than four", "at most four"),
        ({"temperature": 3}, "out-of-range", "temperature is 3,", "to at most 2"),
        ({"top_p": -0.5}, "out-of-range", "top_p is -0.5,", "to at least 0"),
        ({"reasoning_effort": "xhigh"}, "not-one-of", "is 'xhigh',", "as reasoning_effort"),
        (
            {"tool_choice": "any", "tools": [FUNCTION]},
            "not-one-of",
            "tool_choice is 'any', but the API takes 'none', 'auto' or 'required'",
            "send one of these",
        ),
        ({"max_tokens": "many"}, "wrong-type", "max_tokens is 'many'", "as a whole number"),
        ({"stream": "perhaps"}, "wrong-type", "stream is 'perhaps'", "as true or false"),
        ({"tools": {"a": 1}}, "wrong-type", "tools is {'a': 1}", "as a list"),
        (said(content={"a": 1}), "wrong-type", "messages[0].content is {'a': 1}", "as a text"),
        ({"tools": [{"type": "function"}]}, "missing-field", "[0].function is missing", "add"),
    ],
)
def test_mistakes(told, body, edition, name, what, fix):
    """The first mistake in a field is named, with its place and its value."""
    found = told(body, edition)
    assert found.name == name
    assert what in found.what
    assert fix in found.fix


def test_unknown_part(told):
    """Since 2026 a part of a message is named."""
    found = told(said(content=[{"type": "video", "text": "a"}]))
    assert found.name == "unknown-part"
    assert "messages[0].content[0] has the type 'video'" in found.what
    assert "{'type': 'text', 'text': ...}" in found.fix


def test_no_messages(told):
    """A body without messages lacks them."""
    found = told({}, endpoint="chat")
    assert found is None
    missing = Setup(
        TODAY,
        body={"model": "x"},
        error={"code": "wrong_api_format", "message": "messages: Field required"},
    )
    assert next(mistakes_in(missing)).name == "no-messages"


@pytest.mark.parametrize("edition", BOTH)
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"temperature": "0.5", "top_p": 1, "stop": ["a"] * 4, "max_completion_tokens": 5},
        {"frequency_penalty": 1, "presence_penalty": -1, "logit_bias": {"1": 2}, "user": "a"},
        {"service_tier": "auto", "seed": 1, "top_logprobs": 2, "parallel_tool_calls": True},
        {"tools": [FUNCTION], "tool_choice": "auto"},
        {"messages": [HI | {"role": "developer"}, HI | {"name": "a"}]},
        {"response_format": {"type": "json_object"}},
        {"stream": True, "stream_options": {"include_usage": True}},
        {"messages": [HI, {"role": "assistant", "content": None, "tool_calls": None}, HI]},
    ],
)
def test_innocents(told, body, edition):
    """What the API takes is no mistake."""
    assert told(body, edition) is None


@pytest.mark.parametrize(
    "error",
    [
        None,
        {},
        {"code": "wrong_api_key", "message": "Wrong API Key"},
        {"code": "model_not_found", "param": "model"},
        {"code": "context_length_exceeded", "param": "messages", "message": "length is 9"},
        {"code": "wrong_api_format", "message": "something that was never said before"},
        {"code": "wrong_api_format", "message": ": Invalid JSON: key must be a string"},
        {"code": "wrong_api_format", "message": 5},
    ],
)
def test_refused_for_something_else(error):
    """A body with all mistakes is not accused of what the API did not refuse."""
    body = {
        "max_tokens": 1,
        "max_completion_tokens": 1,
        "n": 2,
        "temperature": 9,
        "store": 1,
        "messages": "hi",
        "tool_choice": "any",
        "stream": True,
        "stop": ["a"] * 9,
        "response_format": {"type": "json"},
        "tools": [{"type": "function", "name": "a.b", "function": {"strict": True}}],
    }
    it = Setup(TODAY, model="gpt-oss-120b", body=body, error=error)
    assert [row.name for row in BODIES if row.when(it)] == []


def test_shortened_body():
    """Of a body that the journal has shortened, only what the API says is told."""
    told = "temperature: Input should be less than or equal to 2\nstore: property 'store' is "
    error = {"code": "wrong_api_format", "message": f"{told}unsupported"}
    assert [one.name for one in mistakes_in(Setup(TODAY, error=error))] == [
        "openai-field",
        "unknown-field",
    ]
