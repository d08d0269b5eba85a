"""Heads of requests: parsed once by aiohttp, then recognised by their bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypedDict

from aiohttp import HttpVersion11, web

from mockserver.core.messages import Request, Sender

END = b"\r\n\r\n"
_MOST = 256
_LONGEST = 8 * 1024  # bytes
_LONGEST_BODY = 64 * 1024


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
    Parsed heads by their bytes, each with the length of its body.

    An app sends the same head again and again, and parsing one takes longer than answering it. Only
    aiohttp parses heads; this remembers the results, except for heads that affect the connection.
    """

    def __init__(self) -> None:
        self._known: dict[bytes, tuple[Head, int]] = {}

    def find(self, data: bytes) -> tuple[Head, int, int] | None:
        """Return the head at the start of the data, and the offsets where it and its body end."""
        end = data.find(END) + len(END)
        known = self._known.get(data[:end])
        return known and (known[0], end, end + known[1])

    def remember(self, data: bytes, request: web.BaseRequest) -> None:
        """Remember a head, if nothing in it needs aiohttp."""
        length = framed(request)
        fit = length is not None and length <= _LONGEST_BODY and len(data) <= _LONGEST
        usual = request.version == HttpVersion11 and request.keep_alive and not changes(request)
        if not (fit and usual) or "expect" in request.headers:
            return
        assert length is not None  # noqa: S101 (it fits)
        if len(self._known) == _MOST:
            del self._known[next(iter(self._known))]
        self._known[data] = read(request), length
