"""Plays a plan on an aiohttp connection: the one place where the server waits, writes, closes."""

from __future__ import annotations

import math
import socket
import struct
from typing import assert_never

from aiohttp import HttpVersion11, web

from mockserver.plan import Close, Compact, Wait

from .clock import Clock
from .wire import Wire

_NO_LINGER = struct.pack("ii", 1, 0)


class Played(web.StreamResponse):
    """Tells aiohttp that the answer is out, and whether the connection lives on."""

    def __init__(self, *, keep_alive: bool) -> None:
        super().__init__()
        self._lives_on = keep_alive

    @property
    def keep_alive(self) -> bool:
        """Whether another request may come."""
        return self._lives_on

    async def prepare(self, request: web.BaseRequest) -> None:
        """Send no head: it is out."""

    async def write_eof(self, data: bytes = b"") -> None:
        """Send no end: it is out."""


async def play(plan: Compact, request: web.BaseRequest, clock: Clock) -> web.StreamResponse:
    """
    Do what the plan says, step by step.

    Each wait counts from the end of the one before it, as planned, and not from when that one was
    over: what is late for whatever reason is made up for, and all that is due is one write.

    Raises ConnectionError or CancelledError when the client leaves before the end, and StallError
    when the clock ends a stall.
    """
    wire = Wire(keep_alive=request.keep_alive, chunks=request.version >= HttpVersion11)
    due = now = clock.monotonic()
    ready: list[bytes] = []
    for act in wire.acts(clock.announced(plan)):
        if isinstance(act, bytes):
            ready.append(act)
        elif isinstance(act, Wait):
            due += act.seconds
            if due > now:
                now = clock.monotonic()
            if due > now or not act.seconds:
                await _write(request, ready)
                await (clock.stall(_peer(request)) if math.isinf(due) else clock.until(due))
        elif isinstance(act, Close):
            await _write(request, ready)
            _close(request, reset=act.reset)
            return Played(keep_alive=False)
        else:
            assert_never(act)
    await _write(request, ready)
    return Played(keep_alive=wire.keep_alive)


def _peer(request: web.BaseRequest) -> int:
    """Return the port of the client; 0 when it has left."""
    peer = request.transport and request.transport.get_extra_info("peername")
    return int(peer[1]) if peer else 0


async def _write(request: web.BaseRequest, ready: list[bytes]) -> None:
    if ready:
        await request.writer.write(ready[0] if len(ready) == 1 else b"".join(ready))
        ready.clear()


def _close(request: web.BaseRequest, *, reset: bool) -> None:
    transport = request.transport
    if transport is None:
        return
    if reset:
        # Without lingering the kernel sends RST instead of FIN.
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        transport.abort()
    else:
        transport.close()
