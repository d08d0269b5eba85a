"""Plays a plan on an aiohttp connection: the one place where the server waits, writes, closes."""

from __future__ import annotations

import asyncio
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

    Raises ConnectionError or CancelledError when the client leaves before the end.
    """
    wire = Wire(keep_alive=request.keep_alive, chunks=request.version >= HttpVersion11)
    for act in wire.acts(clock.announced(plan)):
        match act:
            case bytes():
                await request.writer.write(act)
            case Wait(0):
                await asyncio.sleep(0)
            case Wait(seconds):
                await clock.wait(seconds)
            case Close(reset):
                _close(request, reset=reset)
                return Played(keep_alive=False)
            case _:
                assert_never(act)
    return Played(keep_alive=wire.keep_alive)


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
