"""
A plan as bytes of HTTP/1.1 (RFC 9112), without a socket.

aiohttp's own responses keep what they send consistent, which is what a fault must be able to
break; and a whole answer becomes one write.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from http.client import responses
from typing import TypeAlias, assert_never

from mockserver.plan import Close, Compact, Data, End, Events, Head, Raw, Wait

Act: TypeAlias = bytes | Wait | Close
"""Write these bytes, let time pass, or close the connection."""

_CLOSE = ("connection", "close")
_LAST_CHUNK = b"0\r\n\r\n"


class Wire:
    """
    One answer on its way out.

    ``keep_alive`` says whether the client lets the connection live on, and after the acts whether
    the answer does, too. ``chunks`` says whether the client knows chunked bodies (HTTP/1.1); for
    others the end of the connection is the end of the body.
    """

    def __init__(self, *, keep_alive: bool, chunks: bool = True) -> None:
        self.keep_alive = keep_alive
        self._chunks = chunks
        self._chunked = False
        self._owed: int | None = None
        self._written: list[bytes] = []
        self._run: list[bytes] = []

    def acts(self, plan: Compact) -> Iterator[Act]:
        """Yield what the edge has to do; bytes with nothing between them come in one piece."""
        for step in plan:  # by isinstance: `match` takes twice the time, for each token
            if isinstance(step, Data | Events):
                self._run.append(step.data)
            elif isinstance(step, (Wait, Close)):
                if sent := self._flushed():
                    yield sent
                yield step
            elif isinstance(step, Head):
                self._begin(step)
            elif isinstance(step, Raw):
                self._end_run()
                self._written.append(step.data)
            elif isinstance(step, End):
                yield from self._ended(step)
            else:
                assert_never(step)

    def _begin(self, head: Head) -> None:
        self._owed = head.length
        fields = list(head.headers)
        chunked = self._owed is None and head.framed and self._chunks
        self._chunked = chunked and not head.bodiless
        if chunked:
            fields.append(("transfer-encoding", "chunked"))
        elif self._owed is None:
            self.keep_alive = False
        if not self.keep_alive:
            fields = [_CLOSE if field[0] == "connection" else field for field in fields]
            fields += () if _CLOSE in fields else (_CLOSE,)
        self._written.append(_status_line(head.status))
        self._written.append("".join([f"{name}: {value}\r\n" for name, value in fields]).encode())
        self._written.append(b"\r\n")

    def _end_run(self) -> None:
        """Frame the data since the last pause."""
        run = self._run
        if not run:
            return
        data = run[0] if len(run) == 1 else b"".join(run)
        run.clear()
        if not data:  # an empty chunk would be the last one
            return
        if self._chunked:
            self._written += (b"%x\r\n" % len(data), data, b"\r\n")
        else:
            self._written.append(data)
            self._owed = None if self._owed is None else self._owed - len(data)

    def _ended(self, end: End) -> Iterator[Act]:
        self._end_run()
        if self._chunked:
            self._written.append(_LAST_CHUNK)
        if self._owed or end.hang_up:
            self.keep_alive = False  # what follows would be taken for the rest, or the rest for it
        if sent := self._flushed():
            yield sent
        if not self.keep_alive:
            yield Close()

    def _flushed(self) -> bytes:
        self._end_run()
        written = self._written
        data = written[0] if len(written) == 1 else b"".join(written)
        written.clear()
        return data


@lru_cache
def _status_line(status: int) -> bytes:
    return f"HTTP/1.1 {status} {responses.get(status, '')}\r\n".encode()
