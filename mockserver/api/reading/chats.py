"""
Reads a chat in pieces: the text around the messages, and runs of consecutive messages.

An app sends the same tools and the whole history with each request. A piece that was sent before is
not validated, counted or searched for credentials again. A body that can't be cut or is not valid
is left to ``validate``, which also finds the errors and their order.

A cut is safe because of what JSON allows. In valid JSON an unescaped quote begins or ends a string,
so ``,{"role":`` is always the beginning of an object in a list. If the pieces are valid by
themselves, and the body is valid with one other message in their place, then the whole is valid.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from functools import cache
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from mockserver.api.contract.endpoints import ENDPOINTS
from mockserver.api.contract.requests import Message as MessageRequest
from mockserver.core.adapters import adapter
from mockserver.core.credentials import is_clean, is_credential

from .messages import Message, Tools

SHORTEST, LONGEST = 2_000, 512 * 1024
"""
The least and the greatest size, in bytes, of bodies that are read in pieces. Reading shorter bodies
whole is faster.
"""
MOST_BYTES = 4 * 1024 * 1024
"""How many bytes of messages a reader remembers, for each way to begin a message in JSON."""
_OVERHEAD = 1_000  # bytes that a piece takes besides its text
_LONGEST_PIECE = 128 * 1024
_MOST_AROUND = 64  # texts around messages, of at most ``_LONGEST_AROUND`` bytes
_LONGEST_AROUND = 32 * 1024
_MOST_ENDS = 4  # positions that are tried as the end of the messages

_KEY = b'"messages"'
_BEGINNING = re.compile(rb'"messages":( ?)\[(\{"(?:role|content)":\1)')
_END = b"}]"
_HIDDEN = re.compile(rb"\\u00[67]")
"""The beginning of an escaped letter; a search does not find a key with an escaped letter."""
_PLACEHOLDER = b'{"role":"user","content":"-"}'
_IN_PLACE = [{"role": "user", "content": "-"}]
_FREE = frozenset({"model_parameters", "response_format", "tools"})
"""The fields of a body whose values may be objects with keys of any name."""


class Chat(NamedTuple):
    """A valid body; ``clean``: whether the body certainly contains no credential."""

    body: dict[str, Any]
    clean: bool


class _Run(NamedTuple):
    """Consecutive messages of a chat."""

    messages: tuple[Message, ...]
    clean: bool


class _Runs:
    """
    The runs that were read and begin with the same ``opening``.

    The key of a run is its bytes without this ``opening``.
    """

    def __init__(self, opening: bytes) -> None:
        self._opening = opening
        self._known: OrderedDict[bytes, _Run] = OrderedDict()  # the most recently used is last
        self._bytes = 0

    def read(self, piece: bytes) -> _Run | None:
        """Return the run in a piece; None if the piece is not valid by itself."""
        run = self._known.get(piece)
        if run is None:
            return self._new(piece)
        self._known.move_to_end(piece)
        return run

    def _new(self, piece: bytes) -> _Run | None:
        whole = self._opening + piece
        try:
            found = _messages().validate_json(b"[%b]" % whole)
        except ValidationError:
            return None
        run = _Run(tuple(map(Message, found)), is_clean(whole, named=False))
        if len(piece) <= _LONGEST_PIECE:
            self._known[piece] = run
            self._bytes += len(piece) + _OVERHEAD
            while self._bytes > MOST_BYTES:
                self._bytes -= len(self._known.popitem(last=False)[0]) + _OVERHEAD
        return run


class ChatReader:
    """Reads chats, and remembers their pieces."""

    def __init__(self) -> None:
        self._runs: dict[bytes, _Runs] = {}  # by the ``opening`` of their messages
        self._around: OrderedDict[tuple[bytes, bytes], Chat | None] = OrderedDict()

    def read(self, data: bytes) -> Chat | None:
        """Return the chat of a long and valid body that can be cut; None for any other body."""
        found = _BEGINNING.search(data) if SHORTEST <= len(data) <= LONGEST else None
        if found is None:
            return None
        (space, opening), at = found.groups(), found.start(2)
        first, *pieces = data.split(b"," + space + opening)
        if len(first) <= at:
            return None  # cut before the messages
        pieces = [first[at + len(opening) :], *pieces]
        runs = self._runs.get(opening)
        if runs is None:
            runs = self._runs[opening] = _Runs(opening)
        messages: list[Message] = []
        clean = True
        last, after = _cut(pieces.pop(), runs)
        for run in (*map(runs.read, pieces), last):
            if run is None:
                return None
            messages += run.messages
            clean = clean and run.clean
        around = self._surrounding(data[:at], after)
        return around and Chat({**around.body, "messages": messages}, clean and around.clean)

    def _surrounding(self, before: bytes, after: bytes) -> Chat | None:
        """Return the body with a placeholder for the messages; None if ambiguous or invalid."""
        key = before, after
        if key in self._around:
            return self._around[key]
        if len(before) + len(after) > _LONGEST_AROUND:
            return _read_around(before, after)
        if len(self._around) == _MOST_AROUND:
            self._around.popitem(last=False)
        self._around[key] = found = _read_around(before, after)
        return found


def _cut(rest: bytes, runs: _Runs) -> tuple[_Run | None, bytes]:
    """Return the last run (None if no run is valid), and the text after this run."""
    end = 0
    for _ in range(_MOST_ENDS):
        end = rest.find(_END, end) + 1
        run = runs.read(rest[:end]) if end else None
        if run is not None or not end:
            return run, rest[end:]
    return None, b""


def names_credential(body: dict[str, Any]) -> bool:
    """Return whether a field of a valid body is named like a credential."""
    values = [body[name] for name in _FREE & body.keys()]
    while values:
        value = values.pop()
        if isinstance(value, dict):
            if any(map(is_credential, value)):
                return True
            values += value.values()
        elif isinstance(value, list):
            values += value
    return False


def _read_around(before: bytes, after: bytes) -> Chat | None:
    around = before + _PLACEHOLDER + after
    if around.count(_KEY) != 1 or _HIDDEN.search(around):
        return None  # it is not certain which key has the messages
    kind = ENDPOINTS["chat"].body
    assert kind is not None  # noqa: S101 (a chat has a body)
    try:
        body: dict[str, Any] = adapter(kind).validate_json(around)
    except ValidationError:
        return None
    if body["messages"] != _IN_PLACE:
        return None
    if body.get("tools"):
        body["tools"] = Tools(body["tools"])
    return Chat(body, is_clean(around, named=names_credential(body)))


@cache
def _messages() -> TypeAdapter[Any]:
    return TypeAdapter(list[MessageRequest])
