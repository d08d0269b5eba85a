"""Finds the part of a schema that the API does not accept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from mockserver.core.messages import dicts

from .setup import Setup

_DEEPEST = 24  # keys in a path
_MOST = 5_000  # places that are searched
_NAMES = re.compile(r"'([^']+)'")
Place = tuple[str, Mapping[str, Any]]


def open_object(it: Setup) -> str:
    """Return the place of the first object that allows unlisted properties; empty if none does."""
    return next(
        (
            path
            for path, schema in _places(it)
            if "object" in _types(schema) and schema.get("additionalProperties") is not False
        ),
        "",
    )


def bare_object(it: Setup) -> str:
    """Return the place of the first object with neither properties nor ``anyOf``; empty if none."""
    return next(
        (
            path
            for path, schema in _places(it)
            if "object" in _types(schema) and not {"properties", "anyOf"} & schema.keys()
        ),
        "",
    )


def root(it: Setup) -> str:
    """Return the type of the schema of a response format; empty if the type is object."""
    path, schema = next(_places(it), ("", {}))
    kind = schema.get("type")
    named = isinstance(kind, str) and path.startswith("response_format.")
    return str(kind) if named and kind != "object" else ""


def keyword(it: Setup, told: str) -> tuple[str, str]:
    """Return a keyword that the message names, and the place of a schema that has this keyword."""
    names = _NAMES.findall(told.rpartition("{")[2]) if "{" in told else []
    for path, schema in _places(it):
        for name in names:
            if name in schema:
                return name, path
    return (names[0], "") if names else ("", "")


def _places(it: Setup) -> Iterator[Place]:
    """Yield the strict schemas of a body and all schemas nested in them, up to a limit."""
    form = it.body.get("response_format")
    asked = form.get("json_schema") if isinstance(form, dict) else None
    waiting: list[Place] = []
    if isinstance(asked, dict) and asked.get("strict"):
        waiting.append(("response_format.json_schema.schema", asked.get("schema") or {}))
    for at, tool in enumerate(dicts(it.body.get("tools"))):
        function = tool.get("function")
        if isinstance(function, dict) and function.get("strict"):
            waiting.append((f"tools[{at}].function.parameters", function.get("parameters") or {}))
    waiting.reverse()  # a stack, of which the last entry is next
    seen = 0
    while waiting and seen < _MOST:
        seen += 1
        path, schema = waiting.pop()
        if isinstance(schema, dict):
            yield path, schema
            if path.count(".") < _DEEPEST:
                waiting += reversed([*_within(path, schema)])


def _within(path: str, schema: Mapping[str, Any]) -> Iterator[Place]:
    for key in ("properties", "$defs"):
        found = schema.get(key)
        for name, one in found.items() if isinstance(found, dict) else ():
            yield f"{path}.{key}.{name}", one
    yield f"{path}.items", schema.get("items") or {}
    for at, one in enumerate(dicts(schema.get("anyOf"))):
        yield f"{path}.anyOf[{at}]", one


def _types(schema: Mapping[str, Any]) -> list[Any]:
    kind = schema.get("type")
    return kind if isinstance(kind, list) else [kind]
