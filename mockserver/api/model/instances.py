"""
A value that a JSON Schema allows, drawn from the ``Random`` that is handed in.

It knows what structured outputs and the parameters of tools are made of: types, ``properties``,
``required``, ``items``, ``enum``, ``const``, ``anyOf``, ``allOf``, ``$ref``, bounds of numbers and
lengths, the common formats. ``pattern`` and ``multipleOf`` of fractions are beyond it. No library
does this with a Random of the caller's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from random import Random
from typing import Any, TypeAlias

from . import prose

Schema: TypeAlias = Mapping[str, Any]
AnySchema: TypeAlias = Schema | bool

_SHALLOW = 4  # below this only what is required is made, which ends most recursions
_ABYSS = 40  # a schema that is deeper requires itself and has no instance
_LARGEST = 10_000  # values in an instance, and characters in a string
_BOUNDS = ("minLength", "maxLength", "pattern")  # of strings that may not say anything
_JSON_OBJECT = 3  # keys of an object without a schema


def instance(schema: AnySchema, random: Random, text: str | None = None) -> Any:
    """
    Return a value that the schema allows; null for one that makes no sense or allows none.

    A ``text`` stands in the first string of it that may say anything, at any length.
    """
    root = schema if isinstance(schema, Mapping) else {}
    try:
        return _Maker(root, random, text).make(schema, 0)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return None  # a client can write anything where a schema should be


def json_object(random: Random, text: str | None = None) -> dict[str, Any]:
    """Return some object, as an answer to ``json_object``; a ``text`` is its last value."""
    made = {key: prose.words(random, 2) for key in prose.words(random, _JSON_OBJECT).split()}
    return made if text is None else {**made, list(made)[-1]: text}


class _Maker:
    """Makes the parts of one instance."""

    def __init__(self, root: Schema, random: Random, text: str | None) -> None:
        self.root = root
        self.random = random
        self.text = text
        self.left = _LARGEST
        self.kinds: Mapping[str, Callable[[Schema, int], Any]] = {
            "object": self.object,
            "array": self.array,
            "string": self.string,
            "integer": self.integer,
            "number": self.number,
            "boolean": lambda _, __: random.random() < 0.5,  # noqa: PLR2004 (one in two)
            "null": lambda _, __: None,
        }

    def make(self, schema: AnySchema, depth: int) -> Any:
        """Return a value for a schema at some depth."""
        self.left -= 1
        if schema is False or depth > _ABYSS or self.left < 0:
            return None
        if not isinstance(schema, Mapping):
            return self.string({}, depth)
        schema = self.resolved(schema, depth)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self.random.choice(_of_type(schema["enum"], schema.get("type")))
        return self.kinds.get(self.kind(schema), self.string)(schema, depth)

    def resolved(self, schema: Schema, depth: int) -> Schema:
        """Return the schema without references and alternatives."""
        for _ in range(_ABYSS):
            rest: Schema = {
                k: v for k, v in schema.items() if k not in ("$ref", "allOf", "anyOf", "oneOf")
            }
            alternatives = schema.get("anyOf") or schema.get("oneOf")
            if "$ref" in schema:
                schema = _merged(self.definition(schema["$ref"]), rest)
            elif schema.get("allOf"):
                for one in schema["allOf"]:
                    rest = _merged(rest, self.resolved(one, depth))
                schema = {**rest, **({"anyOf": alternatives} if alternatives else {})}
            elif alternatives:
                schema = _merged(rest, self.alternative(alternatives, depth))
            else:
                break
        return schema

    def definition(self, reference: str) -> Schema:
        """Return what a reference within the schema points at."""
        found: Any = self.root
        for part in reference.removeprefix("#").split("/")[1:]:
            name = part.replace("~1", "/").replace("~0", "~")
            found = found[int(name)] if isinstance(found, list) else found.get(name, {})
        return found if isinstance(found, Mapping) else {}

    def alternative(self, schemas: list[Schema], depth: int) -> Schema:
        """Choose one; deep down one that ends there."""
        if depth < _SHALLOW:
            return self.random.choice(schemas)
        return min(schemas, key=self.weight)

    def weight(self, schema: Schema) -> int:
        """Return how much a schema describes."""
        if "$ref" in schema:
            schema = self.definition(schema["$ref"])
        return len(str(schema))

    def kind(self, schema: Schema) -> str:
        """Return a type that the schema allows, null only if it is the only one."""
        allowed = schema.get("type")
        if isinstance(allowed, list):
            return str(self.random.choice([one for one in allowed if one != "null"] or ["null"]))
        if allowed is not None:
            return str(allowed)
        hints = {"properties": "object", "required": "object", "items": "array"}
        bounds = {"minimum": "number", "maximum": "number"}
        return next((kind for key, kind in (hints | bounds).items() if key in schema), "string")

    def object(self, schema: Schema, depth: int) -> dict[str, Any]:
        """Return an object with all its properties, deep down with those that must be."""
        required = dict.fromkeys(schema.get("required", ()))  # in their order, found at once
        properties: Mapping[str, Any] = schema.get("properties", {})
        named = {
            name: self.make(inner, depth + 1)
            for name, inner in properties.items()
            if name in required or (depth < _SHALLOW and inner is not False)
        }
        other = schema.get("additionalProperties", True)
        extra = (name for name in required if name not in properties)
        return named | {name: self.make(other, depth + 1) for name in extra}

    def array(self, schema: Schema, depth: int) -> list[Any]:
        """Return one to three items, or as many as there must be."""
        first = [self.make(inner, depth + 1) for inner in schema.get("prefixItems", ())]
        shortest = int(schema.get("minItems", 1 if depth < _SHALLOW else 0))
        longest = schema.get("maxItems", max(shortest + 2, 0) if depth < _SHALLOW else shortest)
        longest = int(longest)  # JSON Schema takes 2.0 for 2
        length = self.random.randint(min(shortest, longest), longest)
        length = min(length, max(self.left, 0))
        items = schema.get("items", True)
        made = [self.make(items, depth + 1) for _ in range(length - len(first))]
        made = (first + made)[: max(longest, 0)]
        return self.distinct(made, items, depth) if schema.get("uniqueItems") else made

    def distinct(self, made: list[Any], items: AnySchema, depth: int) -> list[Any]:
        """Replace the items that occur twice, as far as chance finds others."""
        unique: list[Any] = []
        for item in made:
            tries = (self.make(items, depth + 1) for _ in range(50))
            fresh = (
                item if item not in unique else next((t for t in tries if t not in unique), None)
            )
            unique += [] if fresh is None else [fresh]
        return unique

    def string(self, schema: Schema, _: int) -> str:
        """Return some words, or what a format wants."""
        if schema.get("format") in _FORMATS:
            return _FORMATS[schema["format"]](self.random)
        if self.text is not None and schema.keys().isdisjoint(_BOUNDS):
            said, self.text = self.text, None
            return said
        text = prose.words(self.random, self.random.randint(1, 3))
        while len(text) < min(schema.get("minLength", 0), _LARGEST):
            text += f" {prose.words(self.random, 1)}"
        return text[: int(schema.get("maxLength", len(text)))]

    def integer(self, schema: Schema, _: int) -> int:
        """Return a whole number within the bounds, a hundred of them if there is but one."""
        low, high = _bounds(schema)
        step = schema.get("multipleOf", 1)
        first, last = math.ceil(low / step), math.floor(high / step)
        first += first * step == schema.get("exclusiveMinimum")
        last -= last * step == schema.get("exclusiveMaximum")
        return int(self.random.randint(first, max(first, last)) * step)

    def number(self, schema: Schema, depth: int) -> float:
        """Return a number within the bounds, with two decimals if they leave room for them."""
        if "multipleOf" in schema:
            return self.integer(schema, depth)
        low, high = _bounds(schema)
        drawn = round(self.random.uniform(low, high), 2)
        return drawn if low < drawn < high else (low + high) / 2


def _bounds(schema: Schema) -> tuple[float, float]:
    low = _tightest(max, schema.get("minimum"), schema.get("exclusiveMinimum"))
    high = _tightest(min, schema.get("maximum"), schema.get("exclusiveMaximum"))
    if low is None:
        low = 0 if high is None else min(0, high - 100)
    return low, low + 100 if high is None else high


def _tightest(choose: Callable[[list[float]], float], *bounds: float | None) -> float | None:
    given = [bound for bound in bounds if bound is not None]
    return choose(given) if given else None


def _merged(one: Schema, other: Schema) -> Schema:
    """Return a schema that demands what both demand, as far as they do not contradict."""
    together = {**one, **other}
    for key in ("properties", "required"):
        if key in one and key in other:
            both = one[key], other[key]
            together[key] = {**both[0], **both[1]} if key == "properties" else [*both[0], *both[1]]
    return together


def _of_type(values: list[Any], kind: Any) -> list[Any]:
    """Return the values of a type; all of them if none is."""
    kinds = [kind] if isinstance(kind, str) else kind or list(_TYPES)
    return [one for one in values if any(_TYPES[name](one) for name in kinds)] or values


_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}


def _digits(random: Random, pattern: str) -> str:
    """Replace each ``#`` by a hexadecimal digit."""
    return "".join(f"{random.getrandbits(4):x}" if sign == "#" else sign for sign in pattern)


def _date(random: Random) -> str:
    return f"20{random.randint(20, 39)}-{random.randint(1, 12):02}-{random.randint(1, 28):02}"


def _time(random: Random) -> str:
    hour, minute, second = random.randint(0, 23), random.randint(0, 59), random.randint(0, 59)
    return f"{hour:02}:{minute:02}:{second:02}Z"


_FORMATS: Mapping[str, Callable[[Random], str]] = {
    "date": _date,
    "time": _time,
    "date-time": lambda random: f"{_date(random)}T{_time(random)}",
    "duration": lambda random: f"P{random.randint(1, 30)}D",
    "email": lambda random: f"{prose.words(random, 1)}@example.com",
    "hostname": lambda random: f"{prose.words(random, 1)}.example.com",
    "uri": lambda random: f"https://example.com/{prose.words(random, 1)}",
    "ipv4": lambda random: f"192.0.2.{random.randint(1, 254)}",
    "ipv6": lambda random: _digits(random, "2001:db8::####"),
    "uuid": lambda random: _digits(random, "########-####-4###-a###-############"),
}
