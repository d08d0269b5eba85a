"""
JSON Schemas of the files that a user writes: what an editor completes, explains and checks.

They come from the types, so a new fault or key is in them once they are generated again. They are
of draft 7, the newest that the common language server for YAML knows. The files are
``scenario.schema.json`` and ``edition.schema.json``, beside those they are for; ``cerebras-mock
schema`` prints them.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from inspect import getdoc
from typing import Any, Literal, TypeAlias, get_args

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from mockserver.api.contract.edition import Edition
from mockserver.core.units import decimal

from . import Scenario
from .parameters import Automatic

Kind: TypeAlias = Literal["scenario", "edition"]
Schema: TypeAlias = dict[str, Any]

TYPES: Mapping[Kind, type] = {"scenario": Scenario, "edition": Edition}
_DRAFT = "http://json-schema.org/draft-07/schema#"
_SENTENCE_END = re.compile(r"(?<=\.)\s+")
_EXTENDING = {"required": ["extends"], "properties": {"extends": {"type": "string"}}}
_PLACEHOLDER = {
    "description": "A parameter in the place of a value, or of a part of one.",
    "type": "string",
    "pattern": r"\$\{[a-z][a-z0-9_]*\}",
}
_AUTOMATIC = {
    "description": "A default that is chosen where it is known what a client sends.",
    "type": "object",
    "required": ["auto", "otherwise"],
    "additionalProperties": False,
    "properties": {
        "auto": {
            "description": "How it is chosen: the largest number with which the scenario still "
            "acts, the smallest one, or the model that is asked first.",
            "enum": list(get_args(Automatic)),
        },
        "otherwise": {
            "description": "The value where nothing is known.",
            "$ref": "#/$defs/JsonValue",
        },
    },
}
_IF_AUTOMATIC = {
    "if": {"type": "object", "required": ["auto"]},
    "then": {"$ref": "#/$defs/Automatic"},
    "else": {"$ref": "#/$defs/JsonValue"},
}
_NOT_FILLED = ("extends", "parameters")  # keys of a scenario in which a placeholder is none


def schema_of(kind: Kind) -> Schema:
    """Return the schema of a kind of file."""
    adapter = TypeAdapter[Any](TYPES[kind])
    schema = adapter.json_schema(schema_generator=_Generator)
    for mapping in _mappings(schema):
        _describe(mapping)
    finished = _with_placeholders(schema) if kind == "scenario" else _completed_by_another(schema)
    return {"$schema": _DRAFT, **finished}


def text_of(kind: Kind) -> str:
    """Return the schema of a kind of file as it stands in its own file."""
    return json.dumps(schema_of(kind), indent=2, allow_nan=False) + "\n"


class _Generator(GenerateJsonSchema):
    """Says what stands in YAML, and in draft 7."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Leave titles out: they would be the names of the keys again."""
        return False

    def dataclass_schema(self, schema: Any) -> Schema:
        """Describe a class and forbid other keys, which not every version of pydantic does."""
        shown = super().dataclass_schema(schema)
        return {**shown, "additionalProperties": False, "description": getdoc(schema["cls"])}

    def default_schema(self, schema: Any) -> Schema:
        """Write durations with their unit; leave out what nobody would write."""
        shown = super().default_schema(schema)
        default = shown.get("default")
        if default is None or default == math.inf:
            shown.pop("default", None)
        elif isinstance(default, float) and shown.get("type") == "string":
            shown["default"] = f"{decimal(default)}s"
        return shown

    def dict_schema(self, schema: Any) -> Schema:
        """Allow no keys but those of the pattern, where there is one."""
        shown = super().dict_schema(schema)
        return {**shown, "additionalProperties": False} if "patternProperties" in shown else shown

    def tuple_schema(self, schema: Any) -> Schema:
        """Name the items of a tuple as draft 7 does."""
        shown = super().tuple_schema(schema)
        if "prefixItems" in shown:
            shown["items"] = shown.pop("prefixItems")
        return shown


def _mappings(schema: Schema) -> Iterator[Schema]:
    yield schema
    yield from schema["$defs"].values()


def _describe(mapping: Schema) -> None:
    """
    Give each key the sentences that the docstring of its class has of it, or else the first one.

    The rest is said of the class. Names are quoted as in Markdown, which editors show.
    """
    doc = " ".join(mapping.get("description", "").split()).replace("``", "`")
    first, *others = _SENTENCE_END.split(doc)
    keys = mapping.get("properties", {})
    for key, value in keys.items():
        about = [sentence for sentence in (first, *others) if f"`{key}`" in sentence]
        if about or "$ref" not in value:
            value.setdefault("description", " ".join(about) or first)
    if doc:
        rest = [one for one in others if not any(f"`{key}`" in one for key in keys)]
        mapping["description"] = " ".join((first, *rest))


def _with_placeholders(schema: Schema) -> Schema:
    """Allow a placeholder for each value; require only of a whole scenario what is required."""
    whole = {"required": schema.pop("required")}
    for mapping in _mappings(schema):
        keys = mapping.get("properties", {})
        for key in keys:
            if mapping is not schema or key not in _NOT_FILLED:
                keys[key] = _or_placeholder(keys[key])
    schema["properties"]["parameters"]["additionalProperties"] = _IF_AUTOMATIC
    definitions = {**schema["$defs"], "Automatic": _AUTOMATIC, "Placeholder": _PLACEHOLDER}
    return {**schema, "$defs": definitions, "if": _EXTENDING, "else": whole}


def _or_placeholder(value: Schema) -> Schema:
    """Allow a placeholder for a value; one that is a mapping may only have some in it."""
    kinds = [_filled_within(kind) for kind in value.get("anyOf", [value])]
    about: Schema = {word: value[word] for word in ("description", "default") if word in value}
    if any(map(_takes_texts, kinds)) or all(map(_is_mapping, kinds)):
        return {**value, "anyOf": kinds} if "anyOf" in value else kinds[0]
    bare = [{word: kind[word] for word in kind if word not in about} for kind in kinds]
    return {"anyOf": [*bare, {"$ref": "#/$defs/Placeholder"}], **about}


def _filled_within(kind: Schema) -> Schema:
    """Allow placeholders in a list or a mapping of any keys."""
    within = {
        word: _or_placeholder(kind[word])
        for word in ("items", "additionalProperties")
        if isinstance(kind.get(word), dict)
    }
    return {**kind, **within}


def _takes_texts(kind: Schema) -> bool:
    """Return whether a kind of value is any text, so that a placeholder needs no leave."""
    narrowed = {"pattern", "enum", "const", "format"} & kind.keys()
    return kind.get("type") == "string" and not narrowed


def _is_mapping(kind: Schema) -> bool:
    return "$ref" in kind or kind.get("type") in ("object", "null")


def _completed_by_another(schema: Schema) -> Schema:
    """Require what is required only of a file that does not extend another one."""
    whole = _required(schema, schema)
    for mapping in _mappings(schema):
        mapping.pop("required", None)
    return {**schema, "if": _EXTENDING, "else": whole}


def _required(schema: Schema, root: Schema) -> Schema:
    """Return only what a schema requires, at every depth."""
    if "$ref" in schema:
        return _required(root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    inner = {key: _required(value, root) for key, value in schema.get("properties", {}).items()}
    others = schema.get("additionalProperties")
    found = {
        "required": schema.get("required"),
        "properties": {key: value for key, value in inner.items() if value},
        "additionalProperties": _required(others, root) if isinstance(others, dict) else None,
    }
    return {keyword: value for keyword, value in found.items() if value}
