"""Bodies that the API refuses as a whole."""

from __future__ import annotations

import pytest

from mockserver.api.contract import editions
from mockserver.verdicts.mistakes import Setup, mistakes_in

HI = {"role": "user", "content": "hi"}
CLOSED = {"type": "object", "properties": {}, "additionalProperties": False}
PAGE = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}


def tool(name="f", **function):
    return {"type": "function", "function": {"name": name, **function}}


def answer(schema, **keys):
    inner = {"name": "a", "strict": True, "schema": schema} | keys
    return {"response_format": {"type": "json_schema", "json_schema": inner}}


def within(schema):
    return CLOSED | {"properties": {"a": schema}}


@pytest.mark.parametrize(
    ("body", "name", "what", "fix"),
    [
        (
            {"max_tokens": 1, "max_completion_tokens": 2},
            "two-token-limits",
            "max_tokens and max_completion_tokens",
            "send max_completion_tokens only",
        ),
        ({"n": 3}, "several-answers", "n is 3,", "leave n out"),
        (
            {"stream": True, "response_format": {"type": "json_object"}},
            "json-object-stream",
            "'json_object', which this API does not stream",
            "leave stream out",
        ),
        (
            {"tools": [tool()], "response_format": {"type": "json_object"}},
            "tools-and-format",
            "tools and response_format",
            "leave one of them out",
        ),
        ({"tool_choice": "none"}, "tool-choice-without-tools", "no tools", "leave tool_choice"),
        (
            {"messages": [HI | {"content": [PAGE]}]},
            "image-to-a-text-model",
            "gpt-oss-120b reads only text",
            "with vision",
        ),
        (
            {"model": "qwen-3.8-27b", "messages": [HI | {"content": [PAGE]}]},
            "image-by-url",
            "does not fetch",
            "a data URI",
        ),
        ({"reasoning_effort": "none"}, "unsupported-effort", "is 'none', which gpt-oss", "'low'"),
        (
            {"messages": [{"role": "tool", "tool_call_id": "1", "content": "a"}]},
            "answer-without-call",
            "answers no call",
            "the assistant's message",
        ),
        (
            {"tools": [tool(), tool("g", strict=True, parameters=CLOSED)]},
            "mixed-strict",
            "some do not",
            "same value",
        ),
        ({"tools": [tool("a.b")]}, "dotted-tool-name", "in it: a.b", "letters"),
        (
            answer({"type": "object", "properties": {}}),
            "open-schema",
            "response_format.json_schema.schema allows other properties",
            "false in each object",
        ),
        (
            {"tools": [tool(strict=True, parameters=within({"type": "object", "properties": {}}))]},
            "open-schema",
            "tools[0].function.parameters.properties.a allows",
            "false in each object",
        ),
        (
            answer(within({"type": "object"})),
            "object-without-properties",
            "schema.properties.a is an object without",
            "give the object properties",
        ),
        (
            answer(within({"type": "array", "items": {"type": "string"}, "minItems": 1})),
            "schema-keyword",
            "schema.properties.a has minItems",
            "remove minItems",
        ),
        (
            answer({"type": "array", "items": {"type": "string"}}),
            "schema-root",
            "schema is 'array', but the root of a strict schema",
            "put the schema into an object",
        ),
        (
            answer(CLOSED | {"allOf": []}),
            "schema-keyword",
            "json_schema.schema has allOf",
            "remove allOf",
        ),
        (answer(within({})), "strict-schema", "with keys: dict_keys([])", "leave strict out"),
        (answer(within({"$ref": "#/x"})), "strict-schema", "reference '#/x'", "change the schema"),
    ],
)
def test_mistakes(told, body, name, what, fix):
    """What does not go together is named."""
    found = told(body)
    assert found.name == name
    assert what in found.what
    assert fix in found.fix


@pytest.mark.parametrize("edition", ["2026-11", "2025-10"])
@pytest.mark.parametrize(
    ("form", "name", "what"),
    [
        ({"type": "json_schema", "schema": CLOSED}, "format-without-schema", "no json_schema"),
        (
            {"type": "json_schema", "json_schema": {"schema": CLOSED}},
            "format-without-name",
            "has no name",
        ),
        ({"type": "json"}, "unknown-format", "is 'json',"),
        ("json_object", "unknown-format", "is 'json_object',"),
    ],
)
def test_response_formats(told, edition, form, name, what):
    """What is wrong with a response format is told, though 2025 did not name its place."""
    found = told({"response_format": form}, edition)
    assert found.name == name
    assert what in found.what


@pytest.mark.parametrize(
    ("body", "edition"),
    [
        ({"tools": [tool()], "response_format": {"type": "json_object"}}, "2025-10"),
        ({"tools": [tool()], "response_format": {"type": "text"}}, "2026-11"),
        ({"response_format": {"type": "json_object"}}, "2026-11"),
        ({"n": 1, "max_tokens": 5}, "2026-11"),
        ({"reasoning_effort": "low"}, "2026-11"),
        (answer(CLOSED), "2026-11"),
        (answer({"type": "object"}, strict=False), "2026-11"),
        ({"tools": [tool(), tool("g")]}, "2026-11"),
        ({"tools": [tool(strict=True, parameters={"type": "object"})]}, "2025-10"),
    ],
)
def test_innocents(told, body, edition):
    """What the edition takes is no mistake."""
    assert told(body, edition) is None


V1 = "https://api.cerebras.ai/v1"


def written(edition="2026-11", base_url=V1, **body):
    """Return the names of the mistakes in a call as it stands in code."""
    it = Setup(editions.load(edition), "openai", base_url, body=body)
    return [one.name for one in mistakes_in(it)]


def test_written():
    """What can't be accepted is told before it is sent."""
    assert written(max_tokens=1, max_completion_tokens=1) == ["two-token-limits"]
    assert written(n=2) == ["several-answers"]


@pytest.mark.parametrize(
    "known",
    [
        {"max_tokens": 1},
        {"max_tokens": None, "max_completion_tokens": 1},
        {"n": 1},
        {"n": True},
        {"n": 2, "base_url": "https://llm.corp.test/v1"},
        {"max_tokens": 1, "max_completion_tokens": 1, "base_url": "https://llm.corp.test/v1"},
    ],
)
def test_written_innocents(known):
    """One limit and one answer are right, and a gateway may take more."""
    assert written(**known) == []


def test_written_for_another_edition(several, tmp_path):
    """An edition may take several answers, or both limits."""
    assert written(several, n=2) == []
    both = tmp_path / "both.yaml"
    both.write_text("extends: guide\nname: both\nvalidation: {waives: [two_token_limits]}\n")
    assert written(str(both), max_tokens=1, max_completion_tokens=1) == []
