"""
One connection to Redis, which speaks as much of its protocol as the mock needs.

A client library that waits for each reply costs more than the answer of the mock itself. Here all
commands of a turn of the event loop are written at once, and each reply triggers a callback.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import Callable
from typing import TypeAlias, TypeVar, cast

from .address import StoreAddress

T = TypeVar("T")
Reply: TypeAlias = bytes | Exception | None
"""What the server answers; an exception is its error."""
OnReply: TypeAlias = Callable[[Reply], None]


class StoreError(Exception):
    """The store answers with an error, or does not answer like Redis."""


_NONSENSE = StoreError("no reply of Redis")


def encoded(*words: bytes) -> bytes:
    """Return a command as it is sent."""
    return b"*%d\r\n" % len(words) + b"".join([b"$%d\r\n%b\r\n" % (len(w), w) for w in words])


def into(future: asyncio.Future[T]) -> Callable[[T], None]:
    """Return a callback that sets the result of a future, unless it was cancelled."""

    def set_result(result: T) -> None:
        if not future.done():
            future.set_result(result)

    return set_result


class Link(asyncio.Protocol):
    """A connection; ``lost`` is called with it once, when it has ended."""

    def __init__(self, lost: Callable[[Link], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._lost = lost
        self._transport: asyncio.Transport | None = None
        self._writing: list[bytes] = []
        self._waiting: deque[OnReply] = deque()
        self._asked: set[asyncio.Future[Reply]] = set()
        self._received = b""
        self._ended = asyncio.Event()

    @classmethod
    async def to(cls, address: StoreAddress, lost: Callable[[Link], None]) -> Link:
        """Connect. Raises OSError."""
        loop = asyncio.get_running_loop()
        if address.path:
            _, link = await loop.create_unix_connection(lambda: cls(lost), address.path)
        else:
            tls = ssl.create_default_context() if address.tls else None
            _, link = await loop.create_connection(
                lambda: cls(lost), address.host, address.port, ssl=tls
            )
        return link

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note what to write to."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's has another class

    def connection_lost(self, exc: BaseException | None) -> None:
        """Tell the owner; commands without a reply never get one."""
        self._transport = None
        self._waiting.clear()
        for answered in list(self._asked):
            if not answered.done():
                answered.set_exception(ConnectionResetError("it has ended the connection"))
        self._ended.set()
        self._lost(self)

    def send(self, command: bytes, on_reply: OnReply) -> None:
        """Write a command at the end of this turn."""
        if not self._writing:
            self._loop.call_soon(self._flush)
        self._writing.append(command)
        self._waiting.append(on_reply)

    async def ask(self, *words: bytes) -> bytes | None:
        """
        Send a command and wait for its reply.

        Raises StoreError, or OSError if the connection is lost.
        """
        answered: asyncio.Future[Reply] = self._loop.create_future()
        self._asked.add(answered)
        answered.add_done_callback(self._asked.discard)
        self.send(encoded(*words), into(answered))
        reply = await answered
        if isinstance(reply, Exception):
            raise reply
        return reply

    def close(self) -> None:
        """End the connection when everything has been written."""
        self._flush()
        if self._transport is not None:
            self._transport.close()

    async def closed(self) -> None:
        """End the connection, and wait until it has ended."""
        self.close()
        await self._ended.wait()

    def _flush(self) -> None:
        written, self._writing = self._writing, []
        if self._transport is not None and written:
            self._transport.write(b"".join(written))

    def data_received(self, data: bytes) -> None:
        """Call back for each whole reply; end the connection if the data is not a reply."""
        data = self._received + data if self._received else data
        at = 0
        while at < len(data):
            found = _reply_at(data, at)
            if found is None:
                break
            reply, at = found
            if reply is _NONSENSE or not self._waiting:
                self.close()  # this is not Redis, and must not be taken for it
                return
            self._waiting.popleft()(reply)
        self._received = data[at:]


def _reply_at(data: bytes, at: int) -> tuple[Reply, int] | None:
    """Return the reply at this offset, and the offset after it; None if it is incomplete."""
    end = data.find(b"\r\n", at)
    if end < 0:
        return None
    kind, text = data[at : at + 1], data[at + 1 : end]
    begin = end + 2
    if kind == b"$" and text.isdigit():
        end = begin + int(text)
        return (data[begin:end], end + 2) if end + 2 <= len(data) else None
    if kind == b"-":
        return StoreError(text.decode(errors="replace")), begin
    if kind == b"$":
        return None, begin
    return text if kind in (b"+", b":") else _NONSENSE, begin
