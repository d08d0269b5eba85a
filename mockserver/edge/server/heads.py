"""Recognizes request heads that have the same shape as a head that aiohttp has parsed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypedDict

from aiohttp import HttpVersion11, web

from mockserver.core.credentials import is_credential, shown_fields
from mockserver.core.messages import Fields, Request, Sender

END = b"\r\n\r\n"
_MOST = 32
_LONGEST = 8 * 1024  # bytes
_LONGEST_BODY = 64 * 1024
_PLAIN = bytes((*b"\r\n", *range(0x20, 0x7F)))
_FIXED = frozenset(
    (
        *("connection", "content-encoding", "expect", "host", "http2-settings", "keep-alive"),
        *("proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"),
    )
)
"""Fields that determine how the request is read, or whether the connection stays open."""
_LENGTH = r"0|[1-9][0-9]{0,5}"
_VALUE = r"(?! )[ -~]+(?<! )"


class Head(NamedTuple):
    """A parsed head; the names in ``headers`` are lower-case."""

    method: str
    path: str
    headers: Mapping[str, str]
    query: str

    def request(self, body: bytes, sender: Sender | None, *, oversized: bool = False) -> Request:
        """Return a request with this head."""
        return Request(self.method, self.path, self.headers, body, self.query, oversized, sender)


def read(request: web.BaseRequest) -> Head:
    """Return the head that aiohttp has parsed."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Head(request.method, request.path, headers, request.rel_url.raw_query_string)


def framed(request: web.BaseRequest) -> int | None:
    """Return the length of the body in bytes; None if the head does not give the length."""
    return None if "transfer-encoding" in request.headers else request.content_length or 0


class How(TypedDict):
    """The arguments of a ``Wire``, by name."""

    keep_alive: bool
    chunks: bool


def how(request: web.BaseRequest) -> How:
    """Return the arguments of the ``Wire`` that writes the answer to a request."""
    keep_alive = request.keep_alive and not changes(request)
    return How(keep_alive=keep_alive, chunks=request.version >= HttpVersion11)


def changes(request: web.BaseRequest) -> bool:
    """Return whether the client asks to switch from HTTP/1.1 to another protocol."""
    return request.method == "CONNECT" or "upgrade" in request.headers


class HeadCache:
    """
    The shapes of heads that aiohttp has parsed. A further head of the same shape is recognized.

    A client sends the same fields in the same order with every request, and only a few values
    change: the length, a trace, an API key. Parsing such a head takes longer than answering it.
    Only aiohttp decides what a head means, so a shape includes everything that may affect this
    decision.
    """

    def __init__(self) -> None:
        self._shapes: list[_Shape] = []  # the most recently used shape first

    def find(self, data: bytes) -> tuple[Head, int, int] | None:
        """Return the head at the start of the data, and where the head and the body end."""
        end = data.find(END, 0, _LONGEST) + len(END)
        raw = data[:end]
        if end < len(END) or not raw.isascii():
            return None
        text = raw.decode()
        for at, shape in enumerate(self._shapes):
            found = shape.read(text)
            if found is not None:
                if at:
                    self._shapes.insert(0, self._shapes.pop(at))
                return found[0], end, end + found[1]
        return None

    def remember(self, data: bytes, request: web.BaseRequest) -> None:
        """Remember the shape of a head, unless aiohttp must read all requests of this kind."""
        usual = request.version == HttpVersion11 and request.keep_alive and not changes(request)
        if not usual or framed(request) is None or "expect" in request.headers:
            return
        if data.translate(None, _PLAIN) or self.find(data) is not None:
            return
        head, text = read(request), data.decode()
        shape = _Shape(head, text)
        if shape.read(text) == (head, framed(request)):
            self._shapes.insert(0, shape)
            del self._shapes[_MOST:]


class _Shape:
    """
    A head without the values that may vary.

    Each of these values is a group of the pattern ``_whole``. Most values are the same in all
    requests of a client, so the pattern ``_usual`` is tried first; it has groups only for the
    values that have varied so far, and for credentials, which are not stored.
    """

    def __init__(self, head: Head, text: str) -> None:
        self._method, self._path, _, self._query = head
        first, *lines = text.removesuffix(END.decode()).split("\r\n")
        self._first = re.escape(first)
        self._names = [line.partition(":")[0].lower() for line in lines]
        self._lines = [*map(_pattern, lines)]
        twice = {name for name in self._names if self._names.count(name) > 1}
        self._varying = twice.union(filter(_varies, self._names))
        self._whole = self._compiled([f"({line.value})" for line in self._lines])
        self._usual: re.Pattern[str] | None = None
        self._groups: list[str] = []  # which field each group of ``_usual`` matches
        self._known: Mapping[str, str] = {}  # the values that ``_usual`` requires
        self._shown: Mapping[str, str] = {}

    def _compiled(self, values: Iterable[str]) -> re.Pattern[str]:
        """Return a pattern for whole heads, given a pattern for the value of each field."""
        lines = [
            f"{line.before}{value}{line.after}"
            for line, value in zip(self._lines, values, strict=True)
        ]
        return re.compile("\r\n".join((self._first, *lines, "\r\n")))

    def read(self, text: str) -> tuple[Head, int] | None:
        """Return the head and the length of the body; None for another shape or a long body."""
        match = self._usual.fullmatch(text) if self._usual else None
        if match is not None:
            headers = Fields(self._known)
            varying = dict(zip(self._groups, match.groups(), strict=True))
            headers.update(varying)
            headers.shown = {**self._shown, **shown_fields(varying)}
        else:
            match = self._whole.fullmatch(text)
            if match is None:
                return None
            headers = Fields(zip(self._names, match.groups(), strict=True))
            headers.shown = shown_fields(headers)
            self._learn(headers, match.groups())
        length = int(headers.get("content-length", 0))
        if length > _LONGEST_BODY:
            return None
        return Head(self._method, self._path, headers, self._query), length

    def _learn(self, headers: Mapping[str, str], values: Sequence[str]) -> None:
        """Let ``_usual`` require these values, except in fields whose values have ever changed."""
        known, self._known = self._known, {**headers, **dict.fromkeys(self._varying, "")}
        self._shown = shown_fields(self._known)
        self._varying |= {name for name in known if known[name] != self._known[name]}
        self._groups = [name for name in self._names if name in self._varying]
        patterns = [
            f"({line.value})" if name in self._varying else re.escape(value)
            for name, line, value in zip(self._names, self._lines, values, strict=True)
        ]
        self._usual = self._compiled(patterns)


def _varies(name: str) -> bool:
    """Return whether a field's value usually changes with each request, or must not be stored."""
    return name == "content-length" or is_credential(name)


class _Line(NamedTuple):
    """Patterns for the three parts of the line of a header field."""

    before: str
    value: str
    after: str


def _pattern(line: str) -> _Line:
    """Return the patterns for all lines that have the same header field as this line."""
    name, colon, rest = line.partition(":")
    value = rest.strip(" ")
    before = rest[: rest.find(value)] if value else rest
    after = rest[len(before + value) :]
    varying = _LENGTH if name.lower() == "content-length" else _VALUE
    pattern = re.escape(value) if name.lower() in _FIXED or not value else varying
    return _Line(re.escape(name + colon + before), pattern, re.escape(after))
