"""Negates a JSON Schema: finds other schemas, whose values violate it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from typing import Any

from .schemas import TYPES, AnySchema, Schema, dependencies, types

_PAIRED = 6  # alternatives of ``oneOf`` that are combined in pairs


def opposites(schema: AnySchema) -> list[AnySchema]:
    """
    Return schemas whose values violate a schema; the first one has the most natural values.

    The returned schemas can miss some violating values and allow some valid ones; in particular,
    ``true`` allows anything. So the caller checks each value. The caller also resolves references.
    """
    if not isinstance(schema, dict):
        return [not schema]
    found: list[AnySchema] = []
    for key in schema:
        found += _OPPOSITES[key](schema) if key in _OPPOSITES else ()
    return [*found, True] if schema.keys() - _OPPOSITES.keys() else found


def _of_type(schema: Schema) -> Iterator[AnySchema]:
    named = types(schema) or []
    known = {*named, "integer"} if "number" in named else {*named}
    others = [one for one in TYPES if one not in known]
    if others:  # 'number' violates 'integer': most random numbers have decimals
        yield {"type": others}


def _properties(schema: Schema) -> Iterator[AnySchema]:
    for name, one in schema["properties"].items():
        yield {"type": "object", "required": [name], "properties": {name: {"not": one}}}


def _other_names(schema: Schema) -> Iterator[AnySchema]:
    if schema["additionalProperties"] is False:
        known = len(schema.get("properties", ()))
        yield {"type": "object", "minProperties": known + 1}


def _dependent(schema: Schema) -> Iterator[AnySchema]:
    for name, one in dependencies(schema).items():
        yield {"type": "object", "required": [name], "not": one}


def _if(schema: Schema) -> Iterator[AnySchema]:
    if "then" in schema:
        yield {"allOf": [schema["if"], {"not": schema["then"]}]}
    if "else" in schema:
        yield {"allOf": [{"not": schema["if"]}, {"not": schema["else"]}]}


def _bound(kind: str, key: str, other: str, step: int) -> Callable[[Schema], Iterator[AnySchema]]:
    """Return the negation of a bound, such as a maximum of 4 for a minimum of 5."""

    def opposite(schema: Schema) -> Iterator[AnySchema]:
        beyond = schema[key] + step
        if step == 0 or beyond >= 0:
            yield {"type": kind, other: beyond}

    return opposite


def _each_not(schemas: list[AnySchema]) -> list[AnySchema]:
    return [{"not": one} for one in schemas]


def _not_one_of(schema: Schema) -> Iterator[AnySchema]:
    yield {"allOf": _each_not(schema["oneOf"])}
    for both in list(combinations(schema["oneOf"][:_PAIRED], 2)):
        yield {"allOf": list(both)}


_OPPOSITES: Mapping[str, Callable[[Schema], Any]] = {
    "type": _of_type,
    "minimum": _bound("number", "minimum", "exclusiveMaximum", 0),
    "maximum": _bound("number", "maximum", "exclusiveMinimum", 0),
    "exclusiveMinimum": _bound("number", "exclusiveMinimum", "maximum", 0),
    "exclusiveMaximum": _bound("number", "exclusiveMaximum", "minimum", 0),
    "minLength": _bound("string", "minLength", "maxLength", -1),
    "maxLength": _bound("string", "maxLength", "minLength", 1),
    "minItems": _bound("array", "minItems", "maxItems", -1),
    "maxItems": _bound("array", "maxItems", "minItems", 1),
    "minProperties": _bound("object", "minProperties", "maxProperties", -1),
    "maxProperties": _bound("object", "maxProperties", "minProperties", 1),
    "required": lambda schema: (
        {"type": "object", "properties": {name: False}} for name in schema["required"]
    ),
    "properties": _properties,
    "items": lambda schema: [{"type": "array", "minItems": 1, "items": {"not": schema["items"]}}],
    "contains": lambda schema: [{"type": "array", "items": {"not": schema["contains"]}}],
    "additionalProperties": _other_names,
    "dependentRequired": _dependent,
    "dependentSchemas": _dependent,
    "if": _if,
    "anyOf": lambda schema: [{"allOf": _each_not(schema["anyOf"])}],
    "oneOf": _not_one_of,
    "allOf": lambda schema: _each_not(schema["allOf"]),
    "not": lambda schema: [schema["not"]],
}
