"""Heads of requests: parsed once by aiohttp, then recognised by their shape."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypedDict

from aiohttp import HttpVersion11, web

from mockserver.core.messages import Request, Sender

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
"""Fields that say how to read the message, or whether to keep the connection."""
_LENGTH = r"0|[1-9][0-9]{0,5}"
_VALUE = r"(?! )[^\r\n]+(?<! )"


@dataclass(frozen=True, slots=True)
class Head:
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
    """Return the length of the body in bytes; None if the head does not give it."""
    return None if "transfer-encoding" in request.headers else request.content_length or 0


class How(TypedDict):
    """The arguments of a ``Wire``."""

    keep_alive: bool
    chunks: bool


def how(request: web.BaseRequest) -> How:
    """Return how the client of a request wants its answer written."""
    keep_alive = request.keep_alive and not changes(request)
    return How(keep_alive=keep_alive, chunks=request.version >= HttpVersion11)


def changes(request: web.BaseRequest) -> bool:
    """Whether the client asks to switch from HTTP/1.1 to another protocol."""
    return request.method == "CONNECT" or "upgrade" in request.headers


class HeadCache:
    """
    The shapes of heads that aiohttp has parsed; each recognises further heads.

    A client sends the same fields in the same order with every request, and few values change: the
    length, a trace, a key. Parsing such a head takes longer than answering it. Only aiohttp decides
    what a head means, so a shape includes everything that may affect its decision.
    """

    def __init__(self) -> None:
        self._shapes: list[_Shape] = []  # the most recently used first

    def find(self, data: bytes) -> tuple[Head, int, int] | None:
        """Return the head at the start of the data, and the offsets where it and its body end."""
        end = data.find(END, 0, _LONGEST) + len(END)
        raw = data[:end]
        if end < len(END) or raw.translate(None, _PLAIN):
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
        """Remember the shape of a head, unless something in it needs aiohttp."""
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
    """A head without the values that may vary, each of which is a group of ``_pattern``."""

    def __init__(self, head: Head, text: str) -> None:
        self._head = head
        first, *lines = text.removesuffix(END.decode()).split("\r\n")
        self._names = [line.partition(":")[0].lower() for line in lines]
        patterns = (re.escape(first), *map(_pattern, lines), "\r\n")
        self._pattern = re.compile("\r\n".join(patterns))

    def read(self, text: str) -> tuple[Head, int] | None:
        """Return the head and the length of its body; None for another shape, or a long body."""
        match = self._pattern.fullmatch(text)
        if match is None:
            return None
        headers = dict(zip(self._names, match.groups(), strict=True))
        length = int(headers.get("content-length", 0))
        if length > _LONGEST_BODY:
            return None
        head = self._head
        return Head(head.method, head.path, headers, head.query), length


def _pattern(line: str) -> str:
    """Return a pattern for lines of the same field; its group is the value."""
    name, colon, rest = line.partition(":")
    value = rest.strip(" ")
    before = rest[: rest.find(value)] if value else rest
    after = rest[len(before + value) :]
    varying = _LENGTH if name.lower() == "content-length" else _VALUE
    group = re.escape(value) if name.lower() in _FIXED or not value else varying
    return f"{re.escape(name + colon + before)}({group}){re.escape(after)}"
