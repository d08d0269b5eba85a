"""Finds the texts in what a test holds: in values however deep, JSON, and server-sent events."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from types import FunctionType, MethodType, ModuleType
from typing import Any

from mockserver.core.sse import read
from mockserver.verdicts.evidence import Field, Held

_DEEP = 8  # levels; what lies deeper nobody has been handed
_MOST = 20_000  # values of a test
_LONGEST = 1 << 20  # letters of a text
_OURS = ("mockserver", "pytest_cerebras")
# the answers themselves, and what sends and takes them, are not what an app makes of them
_RAW = ("openai", "cerebras", "httpcore", "urllib3", "_pytest", "pytest", "asyncio", "logging")
_OPAQUE = (type, BaseException, FunctionType, MethodType, ModuleType)
_LISTS = (list, tuple, set, frozenset, deque)
_EVENTS = ("data:", "event:", ":")


class Values:
    """
    Collects texts and what stands beside them; ``held`` and ``fields`` are as in ``Evidence``.

    ``is_raw`` tells of an object whether it is an answer as it came.
    """

    def __init__(self, is_raw: Callable[[object], bool] = lambda _: False) -> None:
        self.held: list[Held] = []
        self.fields: list[Field] = []
        self._is_raw = is_raw
        self._seen: dict[int, object] = {}  # kept, so that no other gets the same id

    def add(self, where: str, value: object, *, is_new: bool = True) -> None:
        """Note the texts in a value."""
        self._walk(where, value, (), _DEEP, is_new=is_new)

    def _walk(
        self, where: str, value: object, beside: tuple[Field, ...], depth: int, *, is_new: bool
    ) -> None:
        if isinstance(value, (bytes, bytearray)):
            value = bytes(value[:_LONGEST]).decode("utf-8", "replace")
        if isinstance(value, str):
            self._text(where, str(value[:_LONGEST]), beside, depth, is_new=is_new)
            return
        if not depth or self._is_known(value) or self._skips(value):
            return
        for inner, fields in _parts(value):
            self.fields += fields
            for one in inner:
                self._walk(where, one, fields, depth - 1, is_new=is_new)

    def _text(
        self, where: str, text: str, beside: tuple[Field, ...], depth: int, *, is_new: bool
    ) -> None:
        found = _documents(text) if depth else []
        for document in found:
            self._walk(where, document, (), depth - 1, is_new=is_new)
        if not found:
            self.held.append(Held(where, text, beside, is_new))

    def _is_known(self, value: object) -> bool:
        if id(value) in self._seen or len(self._seen) >= _MOST:
            return True
        self._seen[id(value)] = value
        return False

    def _skips(self, value: object) -> bool:
        if isinstance(value, _OPAQUE):
            return True
        root = type(value).__module__.partition(".")[0]
        if root in (*_OURS, *_RAW) or self._is_raw(value):
            return True
        if root in ("httpx", "httpx2", "requests", "aiohttp"):  # clients hold no texts
            return not type(value).__name__.endswith("Response")
        return isinstance(value, Mapping) and "choices" in value  # a completion, as a dictionary


def _parts(value: object) -> Iterator[tuple[Iterable[object], tuple[Field, ...]]]:
    """Yield what a value holds, with the fields that stand beside each other."""
    if isinstance(value, _LISTS) and not hasattr(type(value), "_fields"):
        pieces = list(value)
        if isinstance(value, list) and pieces and all(isinstance(one, str) for one in pieces):
            yield ["".join(pieces)], ()
        if pieces and all(isinstance(piece, bytes) for piece in pieces):
            yield [b"".join(pieces)], ()
            return
        # of a tuple each place is a field without a name
        yield pieces, _fields(("", one) for one in pieces) if isinstance(value, tuple) else ()
    else:
        members = _members(value)
        yield members.values(), _fields(members.items())


def _fields(items: Iterable[tuple[Any, object]]) -> tuple[Field, ...]:
    found: list[Field] = []
    for name, value in items:
        plain = value.name if isinstance(value, Enum) else value
        if plain is None or isinstance(plain, (str, bool, int)):
            found.append((str(name), plain))
    return tuple(found)


def _members(value: object) -> Mapping[Any, object]:
    """Return the members of an object, without running any of its code."""
    if isinstance(value, dict):
        return value
    if isinstance(value, tuple):
        return dict(zip(getattr(type(value), "_fields", ()), value, strict=False))
    slots = [name for one in type(value).__mro__ for name in getattr(one, "__slots__", ())]
    found = {name: _slot(value, name) for name in slots if isinstance(name, str)}
    try:
        own = object.__getattribute__(value, "__dict__")
    except AttributeError:
        own = {}
    return {**found, **own} if isinstance(own, dict) else found


def _slot(value: object, name: str) -> object:
    try:
        return object.__getattribute__(value, name)
    except AttributeError:
        return None


def _documents(text: str) -> list[object]:
    """Return what a text says in JSON, be it one document, a line each, or in events."""
    start = text.lstrip()[:1]
    if start in ("{", "["):
        found = _json(text)
        return [found] if found is not None else _lines(text)
    if text.lstrip().startswith(_EVENTS) and "data:" in text:
        return _of_events(text)
    return []


def _lines(text: str) -> list[object]:
    lines = [_json(line) for line in text.splitlines() if line.strip()]
    return [] if any(line is None for line in lines) else list(lines)


def _of_events(text: str) -> list[object]:
    """Return what events say, and the texts that they bring in pieces."""
    said = [read(event.encode())[1] for event in text.replace("\r\n", "\n").split("\n\n")]
    documents = [found for one in said if (found := _json(one)) is not None]
    pieces: dict[str, list[str]] = {}
    for document in documents:
        for name, value in document.items() if isinstance(document, dict) else ():
            if isinstance(value, str):
                pieces.setdefault(name, []).append(value)
    bare = [] if documents else ["".join(said)]
    return [*documents, *("".join(one) for one in pieces.values()), *bare]


def _json(text: str) -> object:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, (dict, list)) else None
