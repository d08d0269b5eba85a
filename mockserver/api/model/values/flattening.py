"""Flattens a JSON Schema: chooses among its alternatives and resolves its references."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from itertools import chain
from typing import Any, NamedTuple, TypeAlias

from .budget import Budget, ImpossibleError
from .choices import Choices
from .negation import opposites
from .schemas import TYPES, AnySchema, Schema, definition, dependencies, types

_REFERENCES = 100  # references in one flattening; a schema that needs more is recursive


class Flat(NamedTuple):
    """
    Schemas that must all hold for a value; none of them has alternatives or references.

    ``sure``: whether each value made for these schemas is certainly valid; otherwise it has to be
    checked.
    """

    schemas: list[Schema]
    sure: bool

    def with_(self, schema: Schema) -> Flat:
        """Add a schema, but leave out its alternatives and references."""
        rest = schema
        if not _APPLIED.keys().isdisjoint(schema):
            rest = {key: one for key, one in schema.items() if key not in _APPLIED}
        if rest:
            self.schemas.append(rest)
        return Flat(self.schemas, self.sure and _UNSURE.isdisjoint(schema))

    def requires(self, name: str) -> bool:
        """Return whether a property is required."""
        return any(name in names for names in self.all("required"))

    def forbids(self, name: str) -> bool:
        """Return whether a property is certainly forbidden."""
        return any(
            (
                one.get("additionalProperties") is False
                and "patternProperties" not in one
                and name not in one.get("properties", ())
            )
            or one.get("properties", {}).get(name) is False
            for one in self.schemas
        )

    def highest(self, key: str, default: Any = None) -> Any:
        """Return the largest number that any of the schemas has at a key."""
        return max((one[key] for one in self.schemas if key in one), default=default)

    def lowest(self, key: str, default: Any = None) -> Any:
        """Return the smallest number that any of the schemas has at a key."""
        return min((one[key] for one in self.schemas if key in one), default=default)

    def all(self, key: str) -> list[Any]:
        """Return the values that the schemas have at a key."""
        return [one[key] for one in self.schemas if key in one]


class Flattening:
    """Flattens schemas; references point into ``root``."""

    def __init__(self, root: AnySchema, budget: Budget) -> None:
        self.root = root
        self.budget = budget

    def flat(self, schema: AnySchema, choices: Choices) -> Flat:
        """
        Return a flat schema for one choice of alternatives.

        Raises ImpossibleError if the schema allows no value.
        """
        todo, flat, needs = deque([schema]), Flat([], sure=True), dict[str, list[AnySchema]]()
        references = 0
        while todo or needs:
            self.budget.spend()
            if not todo:  # dependencies come last, when most required properties are known
                todo.append(_with_needed(flat, needs, choices))
                continue
            one = todo.popleft()
            if one is False:
                raise ImpossibleError("it forbids what it requires")
            if one is True:
                continue
            if not isinstance(one, dict):
                raise ImpossibleError("it has another value where a schema is required")
            flat = flat.with_(one)
            references += "$ref" in one
            if references > _REFERENCES:
                raise ImpossibleError("its recursion never ends")
            todo += self._applied(one, choices)
            for name, needed in dependencies(one).items():
                needs.setdefault(name, []).append(needed)
        return flat

    def _applied(self, schema: Schema, choices: Choices) -> list[AnySchema]:
        """Return the further schemas that a schema applies to a value, such as by ``$ref``."""
        found: list[AnySchema] = []
        for key in schema:
            if key in _APPLIED:
                found += _APPLIED[key](self, schema, choices)
        self.budget.spend(len(found))
        return found

    def reference(self, schema: Schema, _: Choices) -> list[AnySchema]:
        """Follow a reference."""
        return [definition(self.root, schema["$ref"])]

    def any_of(self, schema: Schema, choices: Choices) -> list[AnySchema]:
        """Choose an alternative; light attempts prefer small ones, other attempts avoid null."""
        return [self._chosen(schema["anyOf"], choices)]

    def one_of(self, schema: Schema, choices: Choices) -> list[AnySchema]:
        """Choose an alternative; after some attempts, also forbid all other alternatives."""
        chosen = self._chosen(schema["oneOf"], choices)
        if choices.attempt < len(schema["oneOf"]):
            return [chosen]
        others: list[AnySchema] = [{"not": one} for one in schema["oneOf"] if one is not chosen]
        return [chosen, *others]

    def negation(self, schema: Schema, choices: Choices) -> list[AnySchema]:
        """Choose a way to violate the forbidden schema."""
        forbidden = schema["not"]
        if isinstance(forbidden, dict) and "$ref" in forbidden:
            referred: AnySchema = {"not": definition(self.root, forbidden["$ref"])}
            rest = {key: one for key, one in forbidden.items() if key != "$ref"}
            return [choices.one_of([referred, {"not": rest}] if rest else [referred], 1)]
        found = opposites(forbidden)
        if not found:
            raise ImpossibleError("it forbids everything")
        return [choices.one_of(found, 1)]

    def condition(self, schema: Schema, choices: Choices) -> list[AnySchema]:
        """Choose whether the value fulfils the condition."""
        condition = schema["if"]
        ways: list[list[AnySchema]] = [
            [condition, schema.get("then", True)],
            [{"not": condition}, schema.get("else", True)],
        ]
        return choices.one_of(ways)

    def _chosen(self, options: list[AnySchema], choices: Choices) -> AnySchema:
        if not options:
            raise ImpossibleError("it has no alternative to choose from")
        self.budget.spend(len(options) // 4)
        if choices.light:
            return choices.one_of(sorted(options, key=self._weight), 1)
        some = [one for one in options if not _is_null(one)]
        return choices.one_of([*some, *filter(_is_null, options)], len(some))

    def _weight(self, schema: AnySchema) -> int:
        """Return the size of a schema, in characters."""
        if isinstance(schema, dict) and "$ref" in schema:
            schema = definition(self.root, schema["$ref"])
        text = str(schema)
        self.budget.spend(len(text) // 100)
        return len(text)


def _is_null(schema: AnySchema) -> bool:
    return isinstance(schema, dict) and schema.get("type") == "null"


def _with_needed(flat: Flat, needs: dict[str, list[AnySchema]], choices: Choices) -> AnySchema:
    """Decide whether to include a property on which further requirements depend."""
    name = next((one for one in needs if flat.requires(one)), next(iter(needs)))
    there: AnySchema = {"allOf": needs.pop(name)}
    if flat.requires(name):
        return there
    without: AnySchema = {"properties": {name: False}}
    if flat.forbids(name):
        return without
    there = {"required": [name], "allOf": [there]}
    return choices.one_of([without, there] if choices.light else [there, without], 1)


_Applied: TypeAlias = Callable[[Flattening, Schema, Choices], list[AnySchema]]
_APPLIED: Mapping[str, _Applied] = {
    "$ref": Flattening.reference,
    "allOf": lambda _, schema, __: list(schema["allOf"]),
    "anyOf": Flattening.any_of,
    "oneOf": Flattening.one_of,
    "not": Flattening.negation,
    "if": Flattening.condition,
}
_UNSURE = frozenset(
    {
        *("oneOf", "not", "if", "contains", "unevaluatedProperties", "unevaluatedItems"),
        *("dependentRequired", "dependentSchemas", "dependencies"),
    }
)
_HINTS: Mapping[str, str] = {
    **dict.fromkeys(("properties", "required", "patternProperties"), "object"),
    **dict.fromkeys(("minProperties", "propertyNames"), "object"),
    **dict.fromkeys(("items", "prefixItems", "contains", "minItems"), "array"),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), "number"),
    **dict.fromkeys(("pattern", "minLength", "maxLength", "format"), "string"),
    "multipleOf": "integer",
}


def kind(flat: Flat, choices: Choices) -> str:
    """Choose a type that all schemas allow; null is chosen only if there is no other."""
    named = [found for one in flat.schemas if (found := types(one)) is not None]
    if named:
        sets = [{*found, "integer"} if "number" in found else {*found} for found in named]
        kinds = [one for one in dict.fromkeys(chain(*named)) if all(one in some for some in sets)]
        some = [one for one in kinds if one != "null"]
        if not kinds:
            raise ImpossibleError("it excludes all types")
        return choices.one_of([*some, *(["null"] if "null" in kinds else [])], len(some))
    hints = [hint for key, hint in _HINTS.items() if flat.all(key)]
    order = dict.fromkeys([*hints, "string", *TYPES])
    return choices.one_of(list(order), 1)
