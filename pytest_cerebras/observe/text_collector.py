"""
Finds the texts in a test's values: in nested objects, JSON, and server-sent events.

This module runs no code of the app or the test: no property, no method of a subclass, no
``__getattr__``. Such code might send requests, change the app's state or fail.
"""

from __future__ import annotations

import json
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterator
from enum import Enum
from types import (
    BuiltinFunctionType,
    FunctionType,
    MemberDescriptorType,
    MethodType,
    ModuleType,
)
from typing import Any

from mockserver.core.sse import read
from mockserver.verdicts.evidence import Field, Held

_DEEP = 8  # levels of nesting; texts returned by an app are rarely deeper
_MOST = 5_000  # values of a test
_LONGEST = 1 << 18  # characters of a text; all texts together may have four times that
_OURS = ("mockserver", "pytest_cerebras")
# raw answers, clients and servers do not show what the app made of an answer
_RAW = ("openai", "cerebras", "httpcore", "urllib3", "_pytest", "pytest", "asyncio", "logging")
_LIBRARIES = ("httpx", "httpx2", "requests", "aiohttp")
_OPAQUE = (type, FunctionType, BuiltinFunctionType, MethodType, ModuleType)
_SEQUENCES = (list, tuple, set, frozenset, deque)
_MAPPINGS = (dict, OrderedDict, defaultdict)
_FLAG = 40  # characters; a longer field is not a state that describes another text
_SCALARS = (bool, int, float)


class TextCollector:
    """
    Collects texts and the fields beside them, in the form of ``Evidence``.

    ``held`` and ``fields`` are the results. ``is_raw`` takes the attributes of an object, and
    returns whether the object is an unprocessed answer.
    """

    def __init__(self, is_raw: Callable[[dict[str, Any]], bool] = lambda _: False) -> None:
        self.held: list[Held] = []
        self.fields: list[Field] = []
        self._is_raw = is_raw
        self._left = 4 * _LONGEST
        self._seen: dict[int, object] = {}  # keeps the objects alive, so that no id is reused

    def add(self, name: str, value: object) -> None:
        """Add the texts in a variable of the test, and the variable itself as a field."""
        where = f"`{name}`"
        self._note(name, value)
        is_text = type(value) is str
        self._walk(where, value, ((name, value if is_text else None),), _DEEP, is_all=is_text)

    def add_text(self, where: str, text: str) -> None:
        """Add a text that the test wrote to ``where``, such as a file."""
        self._text(where, text, (), _DEEP, is_all=False)

    def _note(self, name: str, value: Any) -> None:
        kind = type(value)
        if issubclass(kind, BaseException):
            self.fields.append(("exception", kind.__name__))
        elif issubclass(kind, Enum):
            self.fields.append((name, object.__getattribute__(value, "_name_")))
        elif value is None or kind in _SCALARS or (kind is str and len(value) <= _FLAG):
            self.fields.append((name, value))
        elif kind in (*_SEQUENCES, *_MAPPINGS):
            self.fields.append((name, "[...]" if value else ""))  # a list of errors, for example

    def _walk(
        self, where: str, value: object, beside: tuple[Field, ...], depth: int, *, is_all: bool
    ) -> None:
        kind = type(value)
        text = _text_of(value, kind)
        if text is not None:
            self._text(where, text, beside, depth, is_all=is_all)
        elif depth and not self._is_known(value):
            for one, fields in self._parts(value, kind):
                self._walk(where, one, fields, depth - 1, is_all=False)

    def _text(
        self, where: str, text: str, beside: tuple[Field, ...], depth: int, *, is_all: bool
    ) -> None:
        self._left -= len(text)
        if self._left < 0:
            return
        documents = _documents(text) if depth else []
        for document in documents:
            self._walk(where, document, beside, depth - 1, is_all=False)
        if not documents:
            self.held.append(Held(where, text, beside, is_all=is_all))

    def _is_known(self, value: object) -> bool:
        if id(value) in self._seen or len(self._seen) >= _MOST:
            return True
        self._seen[id(value)] = value
        return False

    def _parts(self, value: Any, kind: type) -> Iterator[tuple[object, tuple[Field, ...]]]:
        """Yield the members of a value, each with the fields beside it."""
        if issubclass(kind, tuple) and hasattr(kind, "_fields"):  # a named tuple
            members: dict[str, Any] = dict(zip(kind._fields, tuple(value), strict=False))
        elif kind in _SEQUENCES:
            yield from self._pieces(value, kind)
            return
        else:
            members = _members(value, kind)
        if self._is_opaque(kind, members):
            return
        for name, one in members.items():
            self._note(name, one)
        texts = [(name, one) for name, one in members.items() if type(one) is str]
        scalars = [(name, one) for name, one in members.items() if _is_scalar(one)]
        beside = (*texts, *scalars, ("", kind.__name__))
        for name, one in members.items():
            yield one, (beside if type(one) is str else (*beside, (name, None)))

    def _pieces(self, value: Any, kind: type) -> Iterator[tuple[object, tuple[Field, ...]]]:
        pieces = list(kind.__iter__(value))  # type: ignore[attr-defined]
        if kind is list and pieces and all(type(one) is str for one in pieces):
            yield "".join(pieces), ()
        if pieces and all(type(one) is bytes for one in pieces):
            yield b"".join(pieces), ()
            return
        for one in pieces if kind is tuple else ():
            self._note("", one)
        # the items of a tuple become fields without a name
        fields = [("", one) for one in pieces if _is_scalar(one)] if kind is tuple else []
        for one in pieces:
            yield one, tuple(fields)

    def _is_opaque(self, kind: type, members: dict[str, Any]) -> bool:
        root = kind.__module__.partition(".")[0]
        if issubclass(kind, (BaseException, *_OPAQUE)) or root in (*_OURS, *_RAW):
            return True
        if root in _LIBRARIES and not kind.__name__.endswith("Response"):  # clients hold no texts
            return True
        return "choices" in members or self._is_raw(members)  # a completion, or a raw response


def _text_of(value: Any, kind: type) -> str | None:
    """Return a text as a string; None if the value is not a text."""
    if kind in (bytes, bytearray):
        return bytes(value[:_LONGEST]).decode("utf-8", "replace")
    if issubclass(kind, str):
        return str.__getitem__(value, slice(_LONGEST))
    return None


def _is_scalar(value: object) -> bool:
    return value is None or type(value) in _SCALARS


def _members(value: Any, kind: type) -> dict[str, Any]:
    """Return the members of an object that can be read without running its code."""
    if kind in _MAPPINGS:
        items = list(dict.items(value))
        return {str(key): one for key, one in items if type(key) in (str, int)}
    found: dict[str, Any] = {}
    for one in kind.__mro__:
        slots = one.__dict__.get("__slots__", ())
        for name in (slots,) if type(slots) is str else tuple(slots):
            slot = one.__dict__.get(name)
            if isinstance(slot, MemberDescriptorType):
                try:
                    found[name] = slot.__get__(value, kind)
                except AttributeError:
                    continue
    try:
        own = object.__getattribute__(value, "__dict__")
    except AttributeError:
        own = {}
    return {**found, **own} if type(own) is dict else found


def _documents(text: str) -> list[object]:
    """Return the JSON documents in a text: the whole text, its lines, or the data of its events."""
    start = text.lstrip()[:1]
    if start in ("{", "["):
        found = _json(text)
        return [found] if found is not None else _lines(text)
    return _of_events(text) if "data:" in text else []


def _lines(text: str) -> list[object]:
    lines = [_json(line) for line in text.splitlines() if line.strip()]
    return [] if any(line is None for line in lines) else list(lines)


def _of_events(text: str) -> list[object]:
    """
    Return the documents in server-sent events, and the texts that are spread over several events.

    The name of an event is a field. Data that is not JSON is a text, and so is a comment.
    """
    events = [read(one.encode()) for one in text.replace("\r\n", "\n").split("\n\n")]
    documents = [found for _, data in events if (found := _json(data)) is not None]
    names = [{"event": name} for name, _ in events if name]
    bare = [data for _, data in events if data and _json(data) is None]
    pieces: dict[str, list[str]] = {}
    for document in documents:
        for name, value in document.items() if type(document) is dict else ():
            if type(value) is str:
                pieces.setdefault(name, []).append(value)
    comments = [line for line in text.splitlines() if line.startswith(":")]
    joined = ["".join(one) for one in pieces.values()]
    return [*documents, *names, *joined, *comments, "".join(bare)]


def _json(text: str) -> Any:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if type(found) in (dict, list) else None
