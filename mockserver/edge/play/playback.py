"""Plays a plan on an aiohttp connection."""

from __future__ import annotations

import asyncio
import math
import socket
import struct
from bisect import bisect_right
from collections.abc import Awaitable
from typing import Protocol, assert_never

from mockserver.plan import Close, Plan, Wait

from .clock import Clock
from .wire import PacedWrite, Wire

AT_ONCE = 2**16  # bytes; the client may leave during a longer write
_NO_LINGER = struct.pack("ii", 1, 0)


class Outlet(Protocol):
    """The connection to a client; ``transport`` is None once the client has left."""

    @property
    def transport(self) -> asyncio.Transport | None:
        """The transport, to close or reset it."""
        ...

    async def write(self, data: bytes, /) -> None:
        """Write, no faster than the client reads. Raises ConnectionError if the client has left."""
        ...


class Audience(Protocol):
    """Records the end of an answer, and holds the client during a stall."""

    def end(self) -> None:
        """Record that the answer is over."""
        ...

    def stall(self, port: int) -> Awaitable[object]:
        """Hold the client at this port. Raises StallError."""
        ...


async def play(
    plan: Plan,
    outlet: Outlet,
    clock: Clock,
    audience: Audience | None = None,
    *,
    keep_alive: bool = True,
    chunks: bool = True,
) -> bool:
    """
    Play a plan step by step; return whether the connection stays open.

    If the last write is short, the end is recorded with the ``audience`` just before this write.
    Without an audience a stall lasts forever. ``keep_alive`` and ``chunks`` are as in ``Wire``.

    Each wait begins at the planned end of the previous wait, not at the actual end, so that delays
    are made up for. Everything that is due goes into one write.

    Raises ConnectionError or CancelledError when the client leaves before the end, and StallError
    when the clock ends a stall.
    """
    wire = Wire(keep_alive=keep_alive, chunks=chunks)
    playing = _Playing(outlet, clock, audience)
    for operation in wire.operations(clock.announced(plan)):
        if isinstance(operation, bytes):
            playing.ready.append(operation)
        elif isinstance(operation, PacedWrite):
            await playing.over_time(operation)
        elif isinstance(operation, Wait):
            await playing.wait(operation.seconds)
        elif isinstance(operation, Close):
            await playing.end()
            _close(outlet, reset=operation.reset)
            return False
        else:
            assert_never(operation)
    await playing.end()
    return wire.keep_alive


class _Playing:
    """The progress of playing, with the bytes that are ready to be written."""

    __slots__ = ("_audience", "_clock", "_due", "_now", "_outlet", "ready")

    def __init__(self, outlet: Outlet, clock: Clock, audience: Audience | None) -> None:
        self._outlet = outlet
        self._clock = clock
        self._audience = audience
        self._due = self._now = clock.monotonic()
        self.ready: list[bytes] = []

    async def wait(self, seconds: float) -> None:
        """Wait; a wait of 0 seconds only separates two writes."""
        self._due += seconds
        if self._ahead() or not seconds:
            await self.flush()
            if math.isfinite(self._due):
                await self._clock.until(self._due)
            elif self._audience is None:
                await self._clock.wait(math.inf)
            else:
                await self._audience.stall(_peer(self._outlet))

    async def over_time(self, operation: PacedWrite) -> None:
        """Write each piece when it is due."""
        begun, at = self._due, 0
        while at < len(operation.pieces):
            self._due = begun + operation.due[at]
            if self._ahead():
                await self.flush()
                await self._clock.until(self._due)
            upto = max(at + 1, bisect_right(operation.due, self._now - begun))
            self.ready += operation.pieces[at:upto]
            at = upto
        self._due = begun + operation.due[-1]

    async def end(self) -> None:
        """
        Write the rest.

        If the rest is short, the end is recorded before the rest is written, so that the record
        precedes the client's next request.
        """
        transport = self._outlet.transport
        there = transport is not None and not transport.is_closing()
        if there and self._audience is not None and sum(map(len, self.ready)) <= AT_ONCE:
            self._audience.end()
        await self.flush()

    async def flush(self) -> None:
        """Write the bytes that are ready."""
        ready = self.ready
        if ready:
            await self._outlet.write(ready[0] if len(ready) == 1 else b"".join(ready))
            ready.clear()

    def _ahead(self) -> bool:
        """Return whether the next write is due later."""
        if self._due > self._now:
            self._now = self._clock.monotonic()
        return self._due > self._now


def _peer(outlet: Outlet) -> int:
    """Return the port of the client, or 0 if the client has left."""
    peer = outlet.transport and outlet.transport.get_extra_info("peername")
    return int(peer[1]) if peer else 0


def _close(outlet: Outlet, *, reset: bool) -> None:
    transport = outlet.transport
    if transport is None:
        return
    if reset:
        # With a linger time of 0, the kernel sends RST instead of FIN.
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        transport.abort()
    else:
        transport.close()
