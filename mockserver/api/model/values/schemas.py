"""Reads parts of JSON Schemas, both to validate a value and to search for a valid one."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from fractions import Fraction
from typing import Any, TypeAlias

from .budget import ImpossibleError

Schema: TypeAlias = Mapping[str, Any]
AnySchema: TypeAlias = Schema | bool


def is_number(value: object) -> bool:
    """Return whether a value is a JSON number."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


# bodies are JSON, so a schema is a boolean or a dictionary
TYPES: Mapping[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: is_number(value) and value == int(value),
    "number": is_number,
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}
DEPENDENT = frozenset({"dependentRequired", "dependentSchemas", "dependencies"})


def all_of(schemas: list[AnySchema]) -> AnySchema:
    """Return one schema for several that must all hold."""
    if len(schemas) > 1:
        return {"allOf": schemas}
    return schemas[0] if schemas else True


def types(schema: Schema) -> list[str] | None:
    """Return the types of a schema; None if it has no ``type``."""
    kind = schema.get("type")
    if kind is None:
        return None
    kinds = [kind] if isinstance(kind, str) else kind
    for one in kinds:
        if one not in TYPES:
            raise ImpossibleError("it has a type that JSON does not have")
    return list(kinds)


def same(value: Any) -> Hashable:
    """Return a key that is the same for equal JSON values: for 1 and 1.0, not for 1 and true."""
    if isinstance(value, bool):
        return "boolean", value
    if isinstance(value, list):
        return "array", tuple(map(same, value))
    if isinstance(value, dict):
        return "object", frozenset((key, same(one)) for key, one in value.items())
    return value if isinstance(value, Hashable) else repr(value)


def tuple_of(schema: Schema) -> tuple[list[AnySchema], AnySchema]:
    """
    Return the schemas of the first items, and the schema of all other items.

    The keywords of both older and current drafts are read.
    """
    items = schema.get("items", True)
    if isinstance(items, list):
        return items, schema.get("additionalItems", True)
    return list(schema.get("prefixItems", ())), items


def dependencies(schema: Schema) -> dict[str, AnySchema]:
    """Return, for each property, the schema that applies if the property is present."""
    if DEPENDENT.isdisjoint(schema):
        return {}
    found: dict[str, list[AnySchema]] = {}
    for key in sorted(DEPENDENT & schema.keys()):
        for name, one in schema[key].items():
            found.setdefault(name, []).append({"required": one} if isinstance(one, list) else one)
    return {name: {"allOf": all_of} for name, all_of in found.items()}


def definition(root: AnySchema, reference: str) -> AnySchema:
    """Resolve a reference within the schema; an unresolvable reference allows everything."""
    found: Any = root
    if not reference.startswith("#"):
        return True
    if len(reference) > 1 and reference[1] != "/":
        return _anchored(root, reference[1:])
    for part in reference[1:].split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(found, list):
            found = found[int(name)] if name.isdecimal() and int(name) < len(found) else None
        else:
            found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, (dict, bool)) else True


def _anchored(root: AnySchema, name: str) -> AnySchema:
    """Return the definition whose ``$anchor`` is this name."""
    for key in ("$defs", "definitions"):
        for one in (root.get(key, {}) if isinstance(root, dict) else {}).values():
            if isinstance(one, dict) and one.get("$anchor") == name:
                return one
    return True


def is_multiple(value: float, step: float) -> bool:
    """Return whether a value is a multiple of a step, computed both in decimals and in floats."""
    exact = Fraction(str(value)) % Fraction(str(step)) == 0
    return exact and (value / step).is_integer()
