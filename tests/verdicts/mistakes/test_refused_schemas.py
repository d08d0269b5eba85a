"""Where in a schema is what the API refuses."""

from __future__ import annotations

from mockserver.api.contract import editions
from mockserver.verdicts.mistakes import Setup
from mockserver.verdicts.mistakes.refused_schemas import bare_object, keyword, open_object

TODAY = editions.load("2026-11")
CLOSED = {"type": "object", "properties": {}, "additionalProperties": False}
ROOT = "response_format.json_schema.schema"


def strict(schema):
    """Return the set-up of a request with a strict schema."""
    form = {"type": "json_schema", "json_schema": {"strict": True, "schema": schema}}
    return Setup(TODAY, body={"response_format": form})


def test_open_object():
    """The first object that is not closed has its path, wherever it is nested."""
    loose = {"type": ["object", "null"], "properties": {}}
    assert open_object(strict(CLOSED)) == ""
    assert open_object(strict(loose)) == ROOT
    assert open_object(strict(CLOSED | {"properties": {"a": loose}})) == f"{ROOT}.properties.a"
    assert open_object(strict(CLOSED | {"$defs": {"a": loose}})) == f"{ROOT}.$defs.a"
    inner = CLOSED | {"properties": {"a": {"type": "array", "items": loose}}}
    assert open_object(strict(inner)) == f"{ROOT}.properties.a.items"
    choice = CLOSED | {"properties": {"a": {"anyOf": [CLOSED, loose]}}}
    assert open_object(strict(choice)) == f"{ROOT}.properties.a.anyOf[1]"


def test_only_strict_schemas():
    """A schema without strict is not looked at, nor what is no schema."""
    form = {"type": "json_schema", "json_schema": {"schema": {"type": "object"}}}
    tools = [{"function": {"parameters": {"type": "object"}}}, {"function": "f"}, "tool"]
    assert open_object(Setup(TODAY, body={"response_format": form, "tools": tools})) == ""
    assert open_object(Setup(TODAY, body={"response_format": "json", "tools": "f"})) == ""
    assert open_object(strict({"properties": [1], "items": 5, "anyOf": {}})) == ""
    tools = [{"function": {"strict": True, "parameters": {"type": "object"}}}]
    assert open_object(Setup(TODAY, body={"tools": tools})) == "tools[0].function.parameters"


def test_bare_object():
    """An object needs properties, or a choice."""
    assert bare_object(strict(CLOSED)) == ""
    assert bare_object(strict({"type": "object", "anyOf": []})) == ""
    assert bare_object(strict({"type": "object"})) == ROOT


def test_keyword():
    """The keyword that the API names has its path; the message may name several."""
    schema = CLOSED | {"properties": {"a": {"type": "string", "format": "date"}}}
    told = "Invalid fields for schema with types ['string']: {'maxLength', 'format'}"
    assert keyword(strict(schema), told) == ("format", f"{ROOT}.properties.a")
    assert keyword(strict(CLOSED), told) == ("maxLength", "")
    assert keyword(strict(schema), "'type' is wrong") == ("", "")


def test_deep_and_wide_schemas():
    """A schema without end is looked at as far as the API takes it."""
    deep = {"type": "string"}
    for _ in range(500):
        deep = CLOSED | {"properties": {"a": deep}}
    assert open_object(strict(deep)) == ""
    wide = CLOSED | {"properties": {str(at): CLOSED for at in range(20_000)}}
    assert open_object(strict(wide)) == ""
