"""Plays a plan on an aiohttp connection: the one place where the server waits, writes, closes."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import assert_never

from aiohttp import HttpVersion11, web

from mockserver.plan import Close, Plan, Wait

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


class _Timeline:
    """
    When the next step is due, in seconds of the clock.

    Each wait counts from the end of the one before it, as planned, and not from when that one was
    over: what is late for whatever reason is made up for.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.due = self._now = clock.monotonic()

    def overtaken(self, wait: Wait) -> bool:
        """Move on by a wait; return whether its end has passed already."""
        self.due += wait.seconds
        if self.due > self._now:
            self._now = self._clock.monotonic()
        return self.due <= self._now


async def play(plan: Plan, request: web.BaseRequest, clock: Clock) -> web.StreamResponse:
    """
    Do what the plan says, step by step; all that is due is one write.

    Raises ConnectionError or CancelledError when the client leaves before the end.
    """
    wire = Wire(keep_alive=request.keep_alive, chunks=request.version >= HttpVersion11)
    timeline = _Timeline(clock)
    ready: list[bytes] = []
    for act in wire.acts(clock.announced(plan)):
        match act:
            case bytes():
                ready.append(act)
            case Wait(0):
                await _write(request, ready)
                await asyncio.sleep(0)
            case Wait():
                if not timeline.overtaken(act):
                    await _write(request, ready)
                    await clock.until(timeline.due)
            case Close(reset):
                await _write(request, ready)
                _close(request, reset=reset)
                return Played(keep_alive=False)
            case _:
                assert_never(act)
    await _write(request, ready)
    return Played(keep_alive=wire.keep_alive)


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
