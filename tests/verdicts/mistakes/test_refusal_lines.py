"""The lines of a refusal, and the places in a body to which they lead."""

from __future__ import annotations

import pytest

from mockserver.api.contract import editions
from mockserver.verdicts.mistakes import Setup
from mockserver.verdicts.mistakes.refusal_lines import (
    ABSENT,
    Line,
    lines,
    listed,
    shown,
    unknown_fields,
)

TODAY = editions.load("2026-11")
PARTS = "list[tagged-union[TextContent,ImageUrlContent,ImageContent]]"


def refused(message, body=None, code="wrong_api_format"):
    return Setup(TODAY, body=body or {}, error={"code": code, "message": message})


@pytest.mark.parametrize(
    ("where", "path"),
    [
        ("store", "store"),
        ("body.store", "store"),
        ("body.messages.0.user.content", "messages[0].content"),
        ("messages.0.user.content.str", "messages[0].content"),
        (f"messages.0.user.content.{PARTS}", "messages[0].content"),
        (f"messages.12.system.content.{PARTS}.3.text.cache_control", "messages[12].content[3]."),
        ("messages.1.tool.content.list[TextContent]", "messages[1].content"),
        ("messages.1.tool.tool_call_id", "messages[1].tool_call_id"),
        ("tool_choice.str-enum[ToolChoice]", "tool_choice"),
        ("tool_choice.ChoiceObject", "tool_choice"),
        ("stop.list[str]", "stop"),
        ("response_format.json_schema.json_schema.name", "response_format.json_schema.name"),
        ("tools.0.function.name", "tools[0].function.name"),
    ],
)
def test_places(where, path):
    """The API's names for the types of a union are left out."""
    (found,) = lines(refused(f"{where}: is wrong"))
    assert found.path.startswith(path)
    assert found.told == "is wrong"


def test_lines():
    """Each line is an error; what has no place is none."""
    told = "a: x\nb.c: property 'b.c' is unsupported\nd: property 'd' is unsupported\n: y\nz"
    it = refused(told)
    assert [(one.path, one.unsupported) for one in lines(it)] == [
        ("a", False),
        ("b.c", True),
        ("d", True),
    ]
    assert unknown_fields(it) == ["d"]
    assert list(lines(refused(told, code="wrong_api_key"))) == []
    assert list(lines(Setup(TODAY))) == []


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("a",), {"b": [1, None]}),
        (("a", "b", "0"), 1),
        (("a", "b", "1"), None),
        (("a", "b", "2"), ABSENT),
        (("a", "b", "x"), ABSENT),
        (("a", "c"), ABSENT),
        (("a", "b", "0", "c"), ABSENT),
    ],
)
def test_values(place, value):
    """A line leads to its value, if the body has it."""
    assert Line(place, "").value(refused("", {"a": {"b": [1, None]}})) == value


def test_shortened():
    """Neither many names nor a long value fill a sentence."""
    assert listed(["a", "b"]) == "a, b"
    assert listed(list("abcdefg")) == "a, b, c, d, e and 2 more"
    assert shown("x") == "'x'"
    assert len(shown("x" * 500)) == 60
