"""
Checks that a JSON Schema is within the subset and the size limits of strict output.

The rules come from the documentation of structured outputs. The messages come from public quotes
where there are any. A schema is checked from its root down, in the order of its keys, and the first
error is raised. The server's messages contain names as Python sets, whose order varies. Here the
names have the order of the schema.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, TypeAlias

from mockserver.api.contract.problem import RefusalError

Schema: TypeAlias = Mapping[str, Any]

MAX_LENGTH = 5_000
MAX_DEPTH = 10
MAX_PROPERTIES = 500
MAX_ENUM_VALUES = 500

_ANYWHERE = frozenset(
    {
        *("type", "enum", "const", "anyOf", "$ref", "$defs"),
        *("title", "description", "default", "$schema", "$id"),
    }
)
_BY_TYPE: Mapping[str, frozenset[str]] = {
    "object": frozenset({"properties", "required", "additionalProperties"}),
    "array": frozenset({"items"}),
}
_AT_ROOT = _ANYWHERE | _BY_TYPE["object"]
# all keywords of JSON Schema that belong to one type, supported or not
_OF_SOME_TYPE = frozenset(
    {
        *("properties", "required", "additionalProperties", "patternProperties", "propertyNames"),
        *("minProperties", "maxProperties"),
        *("items", "minItems", "maxItems", "uniqueItems", "contains", "minContains", "maxContains"),
        *("minLength", "maxLength", "pattern", "format", "contentEncoding", "contentMediaType"),
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    }
)
_SHAPING = ("type", "enum", "const", "anyOf", "$ref")
_DEFINITIONS = "#/$defs/"


def examine_schema(schema: Schema) -> None:
    """Raise RefusalError for the first part that strict output does not support."""
    _check_size(schema)
    _check_root(schema)
    for place in _places(schema):
        _check_fields(place)
        _check_object(place)
        _check_reference(place, schema)
    _check_counts(schema)
    _check_recursion(schema)


def python_set(names: Iterable[str]) -> str:
    """
    Format names as Python prints a set, but in the given order.

    >>> python_set(["minItems", "maxItems"])
    "{'minItems', 'maxItems'}"
    """
    return "{" + ", ".join(map(repr, names)) + "}"


def _check_size(schema: Schema) -> None:
    surely = sum(1 for _ in islice(_values(schema), MAX_LENGTH + 1)) > MAX_LENGTH
    if surely or len(json.dumps(schema, separators=(",", ":"), ensure_ascii=False)) > MAX_LENGTH:
        raise RefusalError("schema_too_long")


def _values(value: object) -> Iterator[object]:
    """Yield the value and all nested values; each takes at least one character of JSON."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        yield one
        if isinstance(one, dict):
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one


def _check_root(schema: Schema) -> None:
    extra = [key for key in schema if key not in _AT_ROOT]
    if extra:
        raise RefusalError("schema_extra_top_level_keys", {"reason": python_set(extra)})


def _check_fields(schema: Schema) -> None:
    """Allow only the keywords that the schema's types have."""
    types = _types(schema)
    allowed = _ANYWHERE.union(*(_BY_TYPE.get(name, ()) for name in types))
    wrong = [key for key in schema if key not in allowed]
    if wrong and types and all(key in _OF_SOME_TYPE for key in wrong):
        raise RefusalError("schema_invalid_fields", {"reason": f"{types}: {python_set(wrong)}"})
    if wrong:
        raise RefusalError("schema_unsupported_fields", {"reason": python_set(wrong)})
    if not any(key in schema for key in _SHAPING):
        raise RefusalError("schema_without_type", {"reason": f"dict_keys({list(schema)})"})


def _check_object(schema: Schema) -> None:
    if "object" not in _types(schema):
        return
    if "properties" not in schema and "anyOf" not in schema:
        raise RefusalError("schema_object_without_properties")
    if schema.get("additionalProperties") is not False:
        raise RefusalError("schema_additional_properties")


def _check_reference(schema: Schema, root: Schema) -> None:
    target = schema.get("$ref")
    if target in (None, "#"):  # ``_check_recursion`` refuses references to the root
        return
    name = str(target).removeprefix(_DEFINITIONS)
    if not str(target).startswith(_DEFINITIONS) or name not in _definitions(root):
        raise RefusalError("schema_reference", {"reason": repr(target)})


def _check_counts(root: Schema) -> None:
    schemas = [*_places(root)]
    if sum(len(_inner(one, "properties")) for one in schemas) > MAX_PROPERTIES:
        raise RefusalError("schema_too_many_properties")
    choices = [one["enum"] for one in schemas if isinstance(one.get("enum"), list)]
    if sum(map(len, choices)) > MAX_ENUM_VALUES:
        raise RefusalError("schema_too_many_enum_values")


def _check_recursion(root: Schema) -> None:
    """Refuse recursion: remove parts that refer to no other part, until only cycles remain."""
    parts: dict[str, Schema] = {"#": {key: value for key, value in root.items() if key != "$defs"}}
    parts |= {f"{_DEFINITIONS}{name}": one for name, one in _definitions(root).items()}
    targets = {
        name: {place["$ref"] for place in _places(one) if "$ref" in place}
        for name, one in parts.items()
    }
    while targets:
        ends = {name for name, led in targets.items() if not led & targets.keys()}
        if not ends:
            raise RefusalError("schema_recursive")
        targets = {name: led for name, led in targets.items() if name not in ends}


def _places(schema: Schema, depth: int = 0) -> Iterator[Schema]:
    """Yield the schema and all nested ones, definitions last; skip values that are not mappings."""
    depth += bool({"object", "array"} & set(_types(schema)))
    if depth > MAX_DEPTH:
        raise RefusalError("schema_too_deep")
    yield schema
    items, choices = schema.get("items"), schema.get("anyOf")
    within = [*_inner(schema, "properties").values(), items]
    within += choices if isinstance(choices, list) else []
    for one in within:
        if isinstance(one, dict):
            yield from _places(one, depth)
    for one in _definitions(schema).values():
        yield from _places(one)


def _types(schema: Schema) -> list[str]:
    kind = schema.get("type")
    return [kind] if isinstance(kind, str) else [*map(str, kind)] if isinstance(kind, list) else []


def _inner(schema: Schema, key: str) -> Mapping[str, Any]:
    found = schema.get(key)
    return found if isinstance(found, dict) else {}


def _definitions(schema: Schema) -> Mapping[str, Schema]:
    return {name: one for name, one in _inner(schema, "$defs").items() if isinstance(one, dict)}
