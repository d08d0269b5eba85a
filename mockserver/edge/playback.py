"""Plays a plan on an aiohttp connection: the one place where the server waits, writes, closes."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import assert_never

from aiohttp import web

from mockserver.plan import Close, Data, End, Head, Plan, Wait, coalesce

_NO_LINGER = struct.pack("ii", 1, 0)


async def play(plan: Plan, request: web.BaseRequest) -> web.StreamResponse:
    """
    Do what the plan says, step by step.

    Raises ConnectionError or CancelledError when the client leaves before the end.
    """
    steps = tuple(coalesce(plan))
    match steps:
        case (Head() as head, Data(data), End()) if head.header("content-length") is None:
            return await _write_at_once(head, data, request)
    return await _write_by_step(steps, request)


async def _write_by_step(steps: Plan, request: web.BaseRequest) -> web.StreamResponse:
    response = web.StreamResponse()
    owed = 0
    for step in steps:
        match step:
            case Wait(seconds):
                await asyncio.sleep(seconds)
            case Head(status, headers) as head:
                response = web.StreamResponse(status=status)
                response.headers.extend(headers)
                owed = head.owed
                await response.prepare(request)
            case Data(data):
                owed -= len(data)
                await response.write(data)
            case End():
                if owed > 0:
                    _close(request, reset=False)
                else:
                    await response.write_eof()
            case Close(reset):
                _close(request, reset=reset)
            case _:
                assert_never(step)
    return response


async def _write_at_once(head: Head, data: bytes, request: web.BaseRequest) -> web.Response:
    """Send a whole chunked answer in one write: what most answers are, in half of the time."""
    response = web.Response(status=head.status, body=data, headers=head.headers)
    response.enable_chunked_encoding()
    await response.prepare(request)
    await response.write_eof()
    return response


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
