"""
Advice on an unknown key, from the JSON Schema of its document.

A key that is unknown in one mapping is often correct in an inner or an outer mapping.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, TypeAlias

from .errors import suggestion
from .units import counted

Schema: TypeAlias = Mapping[str, Any]
_DEEPEST = 3  # levels of nested mappings that are searched
_MOST_NAMED = 3
_MISSPELT = 0.8  # similarity of a key and its misspelling, from 0 to 1


def advice(schema: Schema, path: Sequence[str | int], key: str) -> str:
    """
    Return advice on a key that the mapping at ``path`` does not allow, as the end of a sentence.

    The key may belong in an inner mapping, be misspelt, or belong in an outer mapping.
    """
    here = _at(schema, path)
    known = _names(here)
    if place := _within(here, schema, key, deepest=1):
        return f"; it belongs in {place}"
    if not get_close_matches(key, known, n=1, cutoff=_MISSPELT):
        if place := _within(here, schema, key, deepest=_DEEPEST):
            return f"; it belongs in {place}"
        if place := _around(schema, path, key):
            return f"; it belongs {place}"
    return suggestion(key, known)


def _within(here: Sequence[Schema], root: Schema, key: str, *, deepest: int) -> str:
    """Name the nearest inner mappings that allow the key; empty if there are none."""
    level: list[tuple[str, Sequence[Schema]]] = [("", here)]
    for _ in range(deepest):
        level = [
            (f"{name!r}{f' of {outer}' if outer else ''}", inner)
            for outer, variants in level
            for name, inner in _inner(variants, root)
        ]
        nearest: dict[str, str] = {}
        for words, variants in level:
            if key in _names(variants):
                nearest.setdefault(words.partition(" of ")[0], words)
        if found := list(nearest.values()):
            return " or ".join(found) if len(found) <= _MOST_NAMED else _many(found)
    return ""


def _many(found: Sequence[str]) -> str:
    others = len(found) - _MOST_NAMED
    return f"{', '.join(found[:_MOST_NAMED])} or {counted(others, 'other')}"


def _around(schema: Schema, path: Sequence[str | int], key: str) -> str:
    """Name the outer mapping that allows the key; empty if there is none."""
    for depth in range(len(path) - 1, -1, -1):
        outer, own = _at(schema, path[:depth]), path[depth]
        if key == own:
            return ""
        if key in _names(outer) and isinstance(own, str):
            return f"beside {own!r}"
        if place := _within(outer, schema, key, deepest=1):
            return f"in {place}"
    return ""


def _names(variants: Sequence[Schema]) -> list[str]:
    return list(dict.fromkeys(key for one in variants for key in one.get("properties", ())))


def _inner(variants: Sequence[Schema], root: Schema) -> Iterator[tuple[str, Sequence[Schema]]]:
    """Yield each key whose value is a mapping or a list of mappings, with its schemas."""
    for one in variants:
        for name, value in one.get("properties", {}).items():
            inner = _variants(value, root)
            lists = [item for each in inner for item in _several(each, root)]
            if _names([*inner, *lists]):
                yield name, [*inner, *lists]


def _several(one: Schema, root: Schema) -> list[Schema]:
    """Return the schemas of a list's items, or of the values of a mapping that allows any key."""
    inner = (one.get(word) for word in ("items", "additionalProperties"))
    return [each for part in inner if isinstance(part, dict) for each in _variants(part, root)]


def _at(schema: Schema, path: Sequence[str | int]) -> list[Schema]:
    """Return the schemas at a path. Parts that lead nowhere, such as a union's tag, are skipped."""
    here = _variants(schema, schema)
    for part in path:
        steps = [
            inner
            for one in here
            for inner in (
                one.get("properties", {}).get(part),
                one.get("items") if isinstance(part, int) else one.get("additionalProperties"),
            )
            if isinstance(inner, dict)
        ]
        here = [variant for step in steps for variant in _variants(step, schema)] or here
    return here


def _variants(schema: Schema, root: Schema) -> list[Schema]:
    if "$ref" in schema:
        return _variants(root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    unions = [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())]
    return [schema, *(variant for one in unions for variant in _variants(one, root))]
