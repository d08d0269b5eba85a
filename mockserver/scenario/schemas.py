"""
JSON Schemas of the files that users write.

With these schemas, editors complete, explain and check keys. The schemas are generated from the
types, so they must be generated again after a change to a fault or key. They use draft 7, the
newest draft that the common YAML language server supports. The files ``scenario.schema.json`` and
``edition.schema.json`` lie beside the files that they describe; ``cerebras-mock schema`` prints
them.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from inspect import getdoc
from typing import Any, Literal, TypeAlias

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from mockserver.api.contract.edition import Edition
from mockserver.core.documents import shipped
from mockserver.core.units import decimal

from . import Scenario

DocumentKind: TypeAlias = Literal["scenario", "edition"]
Schema: TypeAlias = dict[str, Any]

TYPES: Mapping[DocumentKind, type] = {"scenario": Scenario, "edition": Edition}
_DRAFT = "http://json-schema.org/draft-07/schema#"
_SENTENCE_END = re.compile(r"(?<=\.)\s+")
_EXTENDING = {"required": ["extends"], "properties": {"extends": {"type": "string"}}}
_IF_AUTOMATIC = {
    "if": {"type": "object", "required": ["auto"]},
    "then": {"$ref": "#/$defs/Automatic"},
    "else": {"$ref": "#/$defs/JsonValue"},
}
_NOT_FILLED = ("extends", "parameters")  # their values have no placeholders


def schema_of(kind: DocumentKind) -> Schema:
    """Return the schema of a kind of file."""
    adapter = TypeAdapter[Any](TYPES[kind])
    schema = adapter.json_schema(schema_generator=_Generator)
    for mapping in _mappings(schema):
        _describe(mapping)
    finished = _with_placeholders(schema) if kind == "scenario" else _completed_by_another(schema)
    return {"$schema": _DRAFT, **finished}


def text_of(kind: DocumentKind) -> str:
    """Return the text of the schema file for a kind of file."""
    return json.dumps(schema_of(kind), indent=2, allow_nan=False) + "\n"


class _Generator(GenerateJsonSchema):
    """Describes values as YAML writes them, in draft 7."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Leave titles out, since they would only repeat the names of the keys."""
        return False

    def dataclass_schema(self, schema: Any) -> Schema:
        """Describe a class and forbid other keys, since some versions of pydantic don't."""
        shown = super().dataclass_schema(schema)
        return {**shown, "additionalProperties": False, "description": getdoc(schema["cls"])}

    def default_schema(self, schema: Any) -> Schema:
        """Write durations with their unit; leave out defaults such as null and infinity."""
        shown = super().default_schema(schema)
        default = shown.get("default")
        if default is None or default == math.inf:
            shown.pop("default", None)
        elif isinstance(default, float) and shown.get("type") == "string":
            shown["default"] = f"{decimal(default)}s"
        return shown

    def dict_schema(self, schema: Any) -> Schema:
        """If there is a pattern for the keys, allow only keys that match it."""
        shown = super().dict_schema(schema)
        return {**shown, "additionalProperties": False} if "patternProperties" in shown else shown

    def tuple_schema(self, schema: Any) -> Schema:
        """Put the items of a tuple under the keyword that draft 7 has for them."""
        shown = super().tuple_schema(schema)
        if "prefixItems" in shown:
            shown["items"] = shown.pop("prefixItems")
        return shown


def _mappings(schema: Schema) -> Iterator[Schema]:
    yield schema
    yield from schema["$defs"].values()


def _describe(mapping: Schema) -> None:
    """
    Describe each key with the sentences of its class's docstring that name the key.

    If no sentence names the key, the first sentence of the docstring describes the key. The class
    is described by the first sentence and by all that name no key. Names are quoted as in Markdown,
    which editors render.
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
    """Allow placeholders for values, and let a scenario that extends another omit any key."""
    whole = {"required": schema.pop("required")}
    for mapping in _mappings(schema):
        keys = mapping.get("properties", {})
        for key in keys:
            if mapping is not schema or key not in _NOT_FILLED:
                keys[key] = _or_placeholder(keys[key])
    schema["properties"]["parameters"]["additionalProperties"] = _IF_AUTOMATIC
    parts = shipped(__package__, "schema_parts").data
    return {**schema, "$defs": schema["$defs"] | parts, "if": _EXTENDING, "else": whole}


def _or_placeholder(value: Schema) -> Schema:
    """Allow a placeholder in place of a value, or inside a value that is a mapping."""
    kinds = [_filled_within(kind) for kind in value.get("anyOf", [value])]
    about: Schema = {word: value[word] for word in ("description", "default") if word in value}
    if any(map(_takes_texts, kinds)) or all(map(_is_mapping, kinds)):
        return {**value, "anyOf": kinds} if "anyOf" in value else kinds[0]
    bare = [{word: kind[word] for word in kind if word not in about} for kind in kinds]
    return {"anyOf": [*bare, {"$ref": "#/$defs/Placeholder"}], **about}


def _filled_within(kind: Schema) -> Schema:
    """Allow placeholders in a list or in a mapping with free keys."""
    within = {
        word: _or_placeholder(kind[word])
        for word in ("items", "additionalProperties")
        if isinstance(kind.get(word), dict)
    }
    return {**kind, **within}


def _takes_texts(kind: Schema) -> bool:
    """Return whether a schema accepts any text, and therefore also a placeholder."""
    narrowed = {"pattern", "enum", "const", "format"} & kind.keys()
    return kind.get("type") == "string" and not narrowed


def _is_mapping(kind: Schema) -> bool:
    return "$ref" in kind or kind.get("type") in ("object", "null")


def _completed_by_another(schema: Schema) -> Schema:
    """Require keys only of a file that does not extend another."""
    whole = _required(schema, schema)
    for mapping in _mappings(schema):
        mapping.pop("required", None)
    return {**schema, "if": _EXTENDING, "else": whole}


def _required(schema: Schema, root: Schema) -> Schema:
    """Return a schema reduced to its required keys, at every depth."""
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
