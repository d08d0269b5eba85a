"""Reads the results of an app, and detects a part of an answer that is presented as the whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mockserver.verdicts.telling import tells_by_name

_DEEP = 8  # levels; deeper values are not part of a result


def passed_off(result: object, text: str) -> bool:
    """
    Return whether a result has the text, and nothing that marks the text as incomplete.

    A result may be a text, the pieces of a text, or any object with fields. None, an exception, and
    a text with an addition such as ``...`` are not presented as whole.

    >>> passed_off("Once upon", "Once upon"), passed_off("Once upon ...", "Once upon")
    (True, False)
    >>> passed_off({"text": "Once upon", "truncated": True}, "Once upon")
    False
    """
    if not text.strip():
        return False
    found = list(fields(result))
    if any(tells_by_name(name, value) for name, value in found):
        return False
    return any(isinstance(value, str) and value.strip() == text.strip() for _, value in found)


def fields(result: object) -> Iterator[tuple[str, object]]:
    """Yield the name and value of each field in a result; for a list of texts, also their join."""
    yield from _fields(result, "", _DEEP, set())


def _fields(value: object, name: str, depth: int, seen: set[int]) -> Iterator[tuple[str, object]]:
    yield name, value
    if isinstance(value, (str, bytes, type, BaseException)) or not depth or id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, Sequence):
        if value and all(isinstance(piece, str) for piece in value):
            yield name, "".join(value)
        for piece in value:
            yield from _fields(piece, name, depth - 1, seen)
        return
    for key, inner in members(value).items():
        yield from _fields(inner, str(key), depth - 1, seen)


def members(value: object) -> Mapping[Any, object]:
    """Return the fields of a value by name; empty for a plain value."""
    if isinstance(value, Mapping):
        return value
    slots = [name for one in type(value).__mro__ for name in getattr(one, "__slots__", ())]
    found = {name: getattr(value, name) for name in slots if hasattr(value, name)}
    found.pop("__dict__", None)  # a slot of pydantic's models; the next line adds its fields
    return {**found, **getattr(value, "__dict__", {})}
