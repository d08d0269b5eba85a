"""
A plan as bytes of HTTP/1.1 (RFC 9112), without a socket.

aiohttp's own responses are not used, because they prevent the inconsistent answers that some faults
need, and because they need several writes for an answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from http.client import responses
from itertools import accumulate
from typing import TypeAlias, assert_never

from mockserver.plan import Close, Data, End, EventRun, Head, Headers, Plan, Raw, Wait


@dataclass(frozen=True, slots=True)
class PacedWrite:
    """Write each of the ``pieces`` at its time in ``due``, in seconds from the start."""

    pieces: Sequence[bytes]
    due: Sequence[float]


Operation: TypeAlias = bytes | PacedWrite | Wait | Close
"""What the server does next: write bytes, write several pieces over time, wait, or close."""

_CLOSE = ("connection", "close")
_CHUNKED = ("transfer-encoding", "chunked")
_CHUNK = b"%x\r\n%b\r\n"
_LAST_CHUNK = b"0\r\n\r\n"
_WHOLE_CHUNK = b"transfer-encoding: chunked\r\n\r\n%x\r\n"


class Wire:
    """
    Encodes one answer.

    ``keep_alive`` says at first whether the client keeps the connection open, and after the last
    operation whether the server does so too. ``chunks`` says whether the client supports chunked
    bodies (HTTP/1.1); for other clients the end of the connection ends the body.
    """

    def __init__(self, *, keep_alive: bool, chunks: bool = True) -> None:
        self.keep_alive = keep_alive
        self._chunks = chunks
        self._chunked = False
        self._owed: int | None = None
        self._written: list[bytes] = []
        self._run: list[bytes] = []

    def operations(self, plan: Plan) -> Iterator[Operation]:
        """Yield the operations for the server; adjacent bytes are joined."""
        for step in plan:
            match step:
                case EventRun(waits=waits) if waits:
                    self._end_run()
                    yield from self._flushed()
                    yield self._timed(step)
                case Data() | EventRun():
                    self._run.append(step.data)
                case Head():
                    self._begin(step)
                case Raw(data):
                    self._end_run()
                    self._written.append(data)
                case Wait() | Close():
                    self._end_run()
                    yield from self._flushed()
                    yield step
                case End():
                    self._end(step)
                    yield from self._flushed()
                    yield from () if self.keep_alive else (Close(),)
                case _:
                    assert_never(step)

    def _begin(self, head: Head) -> None:
        self._owed, fields = head.length, head.headers
        self._chunked = self._owed is None and head.framed and self._chunks
        if self._chunked:
            fields = (*fields, _CHUNKED)
        elif self._owed is None:
            self.keep_alive = False
        if not self.keep_alive:
            fields = tuple([_CLOSE if field[0] == "connection" else field for field in fields])
            fields = fields if _CLOSE in fields else (*fields, _CLOSE)
        self._written += (_lines(head.status, fields), b"\r\n")
        self._chunked = self._chunked and not head.bodiless

    def _timed(self, events: EventRun) -> PacedWrite:
        return PacedWrite([*map(self._framed, events.pieces)], [*accumulate(events.waits)])

    def _end_run(self) -> None:
        """
        Frame the data that has been collected since the last pause.

        Without data there is no chunk, because an empty chunk would end the body.
        """
        data = b"".join(self._run)
        self._run.clear()
        if data:
            self._written.append(self._framed(data))

    def _framed(self, data: bytes) -> bytes:
        """Return a piece of the body, as a chunk if the body is chunked."""
        if self._chunked:
            return _CHUNK % (len(data), data)
        self._owed = None if self._owed is None else self._owed - len(data)
        return data

    def _end(self, end: End) -> None:
        self._end_run()
        if self._chunked:
            self._written.append(_LAST_CHUNK)
        if self._owed or end.hang_up:
            # otherwise the next answer would be read as the rest of this one
            self.keep_alive = False

    def _flushed(self) -> Iterable[bytes]:
        """Return the bytes written so far as one piece, if there are any."""
        written, self._written = self._written, []
        return (b"".join(written),) if written else ()


def at_once(plan: Plan) -> bytes | None:
    """
    Return a whole answer as one write, on a connection that stays open.

    None if the answer needs several writes or closes the connection. A ``Wire`` gives the same
    bytes in twice the time.
    """
    head, *pieces, end = plan if len(plan) > 1 else (None, None)
    if not isinstance(end, End) or end.hang_up:
        return None
    if not isinstance(head, Head) or head.bodiless or not head.framed:
        return None
    run: list[bytes] = []
    for piece in pieces:
        if isinstance(piece, Data) or (isinstance(piece, EventRun) and not piece.waits):
            run.append(piece.data)
        else:
            return None
    # encoded even if None is returned, so that a head that can't be encoded always raises an error,
    # and the client gets a 500
    lines = _lines(head.status, head.headers)
    promised, length = head.length, sum(map(len, run))
    if promised is None and length:
        return b"".join((lines, _WHOLE_CHUNK % length, *run, b"\r\n", _LAST_CHUNK))
    return b"".join((lines, b"\r\n", *run)) if promised == length else None


def _lines(status: int, fields: Headers) -> bytes:
    """Return the status line and the header fields."""
    return "\r\n".join([_status_line(status), *map(": ".join, fields), ""]).encode()


@lru_cache
def _status_line(status: int) -> str:
    return f"HTTP/1.1 {status} {responses.get(status, '')}"
