"""
Validates a value against a JSON Schema in bounded time.

The keywords of draft 2020-12 are supported, and so are older keywords that are still in use.
Unknown keywords allow everything, and so do references that lead out of the schema.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .budget import Budget, ImpossibleError
from .formats import is_of
from .matching import matches
from .schemas import (
    TYPES,
    AnySchema,
    Schema,
    definition,
    dependencies,
    is_multiple,
    is_number,
    same,
    tuple_of,
    types,
)

# nested schemas; a value has fewer levels, so deeper nesting is an endless recursion
_DEEPEST = 150


class Validity:
    """Validates values against schemas of one document; references point into ``root``."""

    def __init__(self, root: AnySchema, budget: Budget) -> None:
        self.root = root
        self.budget = budget
        self.depth = 0

    def allows(self, schema: AnySchema, value: Any) -> bool:
        """Return whether a schema allows a value. Raises ImpossibleError for an invalid schema."""
        if isinstance(schema, bool):
            return schema
        if not isinstance(schema, dict):
            raise ImpossibleError("it has another value where a schema is required")
        self.budget.spend()
        self.depth += 1
        if self.depth > _DEEPEST:
            raise ImpossibleError("its recursion never ends")
        try:
            checks = {_CHECKS[key]: None for key in schema if key in _CHECKS}
            for check in checks:
                if not check(self, schema, value):
                    return False
        finally:
            self.depth -= 1
        return True

    def every(self, schemas: list[AnySchema], value: Any) -> bool:
        """Return whether all schemas allow the value."""
        return all(self.allows(one, value) for one in schemas)

    def of_property(self, schema: Schema, name: str) -> list[AnySchema]:
        """Return the schemas for the value of a property."""
        properties = schema.get("properties", {})
        found = [properties[name]] if name in properties else []
        for pattern, one in schema.get("patternProperties", {}).items():
            if matches(pattern, name, self.budget):
                found.append(one)
        other = schema.get("additionalProperties", True)
        return found if found or other is True else [other]

    def checks_object(self, schema: Schema, value: Any) -> bool:
        """Check the properties of an object."""
        if not isinstance(value, dict):
            return True
        self.budget.spend(len(value))
        return all(self.every(self.of_property(schema, name), one) for name, one in value.items())

    def checks_items(self, schema: Schema, value: Any) -> bool:
        """Check the items of an array."""
        if not isinstance(value, list):
            return True
        first, other = tuple_of(schema)
        self.budget.spend(len(value))
        return all(
            self.allows(first[at] if at < len(first) else other, one)
            for at, one in enumerate(value)
        )

    def checks_contains(self, schema: Schema, value: Any) -> bool:
        """Check the items that an array must contain."""
        if not isinstance(value, list):
            return True
        found = sum(self.allows(schema["contains"], one) for one in value)
        return bool(schema.get("minContains", 1) <= found <= schema.get("maxContains", found))

    def checks_names(self, schema: Schema, value: Any) -> bool:
        """Check the names of properties."""
        names = value if isinstance(value, dict) else ()
        return all(self.allows(schema["propertyNames"], name) for name in names)

    def checks_depends(self, schema: Schema, value: Any) -> bool:
        """Check the schemas that depend on properties."""
        needs = dependencies(schema) if isinstance(value, dict) else {}
        return all(self.allows(one, value) for name, one in needs.items() if name in value)

    def checks_if(self, schema: Schema, value: Any) -> bool:
        """Check ``then`` or ``else``."""
        then = "then" if self.allows(schema["if"], value) else "else"
        return self.allows(schema.get(then, True), value)

    def checks_unevaluated(self, schema: Schema, value: Any) -> bool:
        """Check items and properties that no other keyword evaluates."""
        if isinstance(value, list) and "unevaluatedItems" in schema:
            known = set(self._seen(schema, value))
            rest = [one for at, one in enumerate(value) if at not in known]
            return all(self.allows(schema["unevaluatedItems"], one) for one in rest)
        if isinstance(value, dict) and "unevaluatedProperties" in schema:
            known = set(self._seen(schema, value))
            rest = [one for name, one in value.items() if name not in known]
            return all(self.allows(schema["unevaluatedProperties"], one) for one in rest)
        return True

    def _seen(self, schema: AnySchema, value: Any, *, outer: bool = True) -> Iterator[str | int]:
        """Yield the property names or item indices that a schema evaluates."""
        if not isinstance(schema, dict):
            return
        self.budget.spend(1 + len(value))
        rest = "unevaluatedItems" if isinstance(value, list) else "unevaluatedProperties"
        if isinstance(value, list):
            first, _ = tuple_of(schema)
            last = len(value) if "items" in schema else len(first)
            yield from range(last)
            if "contains" in schema:
                yield from (
                    at for at, one in enumerate(value) if self.allows(schema["contains"], one)
                )
        else:
            yield from (
                name
                for name in value
                if "additionalProperties" in schema or self.of_property(schema, name)
            )
        if not outer and rest in schema:
            yield from range(len(value)) if isinstance(value, list) else value
        for one in self._applied(schema, value):
            yield from self._seen(one, value, outer=False)

    def _applied(self, schema: Schema, value: Any) -> Iterator[AnySchema]:
        """Yield the subschemas that apply to the same value and allow it."""
        if "$ref" in schema:
            yield definition(self.root, schema["$ref"])
        yield from schema.get("allOf", ())
        for key in ("anyOf", "oneOf"):
            yield from (one for one in schema.get(key, ()) if self.allows(one, value))
        if "if" in schema:
            holds = self.allows(schema["if"], value)
            yield from (
                (schema["if"], schema.get("then", True)) if holds else (schema.get("else", True),)
            )
        yield from (one for name, one in dependencies(schema).items() if name in value)


def _enum(validity: Validity, schema: Schema, value: Any) -> bool:
    validity.budget.spend(len(schema["enum"]) // 64)
    known = same(value)
    return any(same(one) == known for one in schema["enum"])


def _required(_: Validity, schema: Schema, value: Any) -> bool:
    return not isinstance(value, dict) or all(name in value for name in schema["required"])


def _unique(validity: Validity, schema: Schema, value: Any) -> bool:
    if not isinstance(value, list) or not schema["uniqueItems"]:
        return True
    validity.budget.spend(len(value))
    return len({same(one) for one in value}) == len(value)


def _format(_: Validity, schema: Schema, value: Any) -> bool:
    return not isinstance(value, str) or is_of(str(schema["format"]), value)


def _bound(
    key: str, applies: Callable[[Any], bool], holds: Callable[[Any, Any], bool]
) -> Callable[[Validity, Schema, Any], bool]:
    """Return a check that compares a value with the bound that a schema has at a key."""
    return lambda _, schema, value: not applies(value) or bool(holds(value, schema[key]))


def _all(keys: str, check: Callable[[Validity, Schema, Any], bool]) -> dict[str, Any]:
    return dict.fromkeys(keys.split(), check)


_CHECKS: Mapping[str, Callable[[Validity, Schema, Any], bool]] = {
    "type": lambda _, schema, value: any(TYPES[one](value) for one in types(schema) or TYPES),
    "enum": _enum,
    "const": lambda _, schema, value: same(value) == same(schema["const"]),
    "minimum": _bound("minimum", is_number, lambda value, bound: value >= bound),
    "maximum": _bound("maximum", is_number, lambda value, bound: value <= bound),
    "exclusiveMinimum": _bound("exclusiveMinimum", is_number, lambda value, bound: value > bound),
    "exclusiveMaximum": _bound("exclusiveMaximum", is_number, lambda value, bound: value < bound),
    "multipleOf": _bound("multipleOf", is_number, is_multiple),
    "minLength": _bound("minLength", TYPES["string"], lambda value, bound: len(value) >= bound),
    "maxLength": _bound("maxLength", TYPES["string"], lambda value, bound: len(value) <= bound),
    "pattern": lambda self, schema, value: (
        not isinstance(value, str) or matches(schema["pattern"], value, self.budget)
    ),
    "format": _format,
    "minItems": _bound("minItems", TYPES["array"], lambda value, bound: len(value) >= bound),
    "maxItems": _bound("maxItems", TYPES["array"], lambda value, bound: len(value) <= bound),
    "uniqueItems": _unique,
    **_all("items prefixItems", Validity.checks_items),
    "contains": Validity.checks_contains,
    "minProperties": _bound("minProperties", TYPES["object"], lambda one, least: len(one) >= least),
    "maxProperties": _bound("maxProperties", TYPES["object"], lambda one, most: len(one) <= most),
    "required": _required,
    **_all("properties patternProperties additionalProperties", Validity.checks_object),
    "propertyNames": Validity.checks_names,
    **_all("dependentRequired dependentSchemas dependencies", Validity.checks_depends),
    **_all("unevaluatedProperties unevaluatedItems", Validity.checks_unevaluated),
    "allOf": lambda self, schema, value: self.every(schema["allOf"], value),
    "anyOf": lambda self, schema, value: any(self.allows(one, value) for one in schema["anyOf"]),
    "oneOf": lambda self, schema, value: (
        sum(self.allows(one, value) for one in schema["oneOf"]) == 1
    ),
    "not": lambda self, schema, value: not self.allows(schema["not"], value),
    "if": Validity.checks_if,
    "$ref": lambda self, schema, value: self.allows(definition(self.root, schema["$ref"]), value),
}
