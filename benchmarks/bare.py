"""Servers that send fixed bytes: what one would write by hand, without an engine."""

from __future__ import annotations

import asyncio
import logging
import time
from functools import cache
from importlib import import_module
from typing import Any

from aiohttp import web

from mockserver.engine import Engine
from mockserver.plan import Data, expand

from .questions import IDLE, KNOWN, PACE, PACED, PATH, PLAIN, STREAM, Question
from .workload import request, scenario

_STREAM = {"content-type": "text/event-stream"}
_FOREVER = 3600.0


@cache
def pieces(question: Question) -> list[bytes]:
    """Return the body of our own answer, event by event."""
    engine = Engine(scenario(), now=time.time())
    plan = engine.handle(request(question), now=time.time()).plan
    return [step.data for step in expand(plan) if isinstance(step, Data)]


@cache
def whole(question: Question) -> bytes:
    """Return the body of our own answer."""
    return b"".join(pieces(question))


async def answer(received: web.BaseRequest) -> web.StreamResponse:
    """Answer each question in the simplest way."""
    body = await received.read()
    if PLAIN.word.encode() in body:
        return web.Response(body=whole(PLAIN), content_type="application/json")
    response = web.StreamResponse(headers=_STREAM)
    await response.prepare(received)
    if STREAM.word.encode() in body:
        await response.write(whole(STREAM))
    elif PACED.word.encode() in body:
        for piece in pieces(PACED):
            await response.write(piece)
            await asyncio.sleep(1 / PACE)
    else:
        await response.write(b"".join(pieces(IDLE)))
        await asyncio.sleep(_FOREVER)
    await response.write_eof()
    return response


async def start_application(host: str, port: int) -> None:
    """Listen as an application with a route."""
    application = web.Application()
    application.router.add_post(PATH, answer)
    await _start(web.AppRunner(application, access_log=None), host, port)


async def start_server(host: str, port: int) -> None:
    """Listen as aiohttp's low-level server, the base of ours."""
    await _start(web.ServerRunner(web.Server(answer, access_log=None)), host, port)


async def _start(runner: web.BaseRunner, host: str, port: int) -> None:
    for question in KNOWN:
        pieces(question)
    await runner.setup()
    await web.TCPSite(runner, host, port, backlog=1024).start()


def run_httpserver(host: str, port: int, lifetime: float) -> None:
    """Serve with pytest-httpserver in its own thread."""
    response = import_module("werkzeug").Response

    def reply(received: Any) -> Any:
        if PLAIN.word.encode() in received.get_data():
            return response(whole(PLAIN), content_type="application/json")
        return response(whole(STREAM), content_type="text/event-stream")

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = import_module("pytest_httpserver").HTTPServer(host, port)
    server.expect_request(PATH, method="POST").respond_with_handler(reply)
    with server:
        time.sleep(lifetime)  # noqa: TID251 (the server runs in a thread)
