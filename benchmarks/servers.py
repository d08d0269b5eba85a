"""
The servers that run in our own Python: ``python -m benchmarks.servers NAME PORT``.

The bare handler answers with the bytes that our engine once made for the same request, so that
the ratio says what the engine costs and not that one answer is longer than another.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from . import speed
from .kinds import HEADERS, HOST, KINDS, PATH, TOKENS

if TYPE_CHECKING:
    from aiohttp import web

    from mockserver.messages import Request
    from mockserver.scenario import Scenario

_STREAMED = b'"stream":true'
_LIFETIME = 900.0  # seconds; a server whose parent was killed ends by itself


def scenario() -> Scenario:
    """Return the scenario that our server plays: streams of a fixed length, else prose."""
    from mockserver.api.reply import Reply
    from mockserver.scenario import Match, Rule, Scenario

    hundred = Rule("hundred tokens", Match(stream=True), reply=Reply(tokens=TOKENS))
    return Scenario("benchmark", rules=(hundred,))


def requests() -> dict[str, Request]:
    """Return the request of each kind, as an edge would hand it to the engine."""
    from mockserver.messages import Request

    return {kind.name: Request("POST", PATH, HEADERS, kind.body) for kind in KINDS}


def ours() -> None:
    """Serve as a plain installation does."""
    speed.hide()
    ours_with_speed()


def ours_with_speed() -> None:
    """Serve as an installation with the ``speed`` extra does."""
    from mockserver.edge.app import Site
    from mockserver.edge.live import LiveEngine
    from mockserver.edge.threaded import loop_factory

    site = Site(LiveEngine(scenario()))
    _serve(site.start, loop_factory())


def bare_aiohttp() -> None:
    """Serve fixed bytes from one handler of an aiohttp application."""
    from aiohttp import web

    plain, stream = _fixed()

    async def answer(request: web.Request) -> web.StreamResponse:
        if _STREAMED not in await request.read():
            return web.Response(body=plain, content_type="application/json")
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        await response.write(stream)
        await response.write_eof()
        return response

    async def start(host: str, port: int) -> None:
        application = web.Application()
        application.router.add_post(PATH, answer)
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, host, port, backlog=1024).start()

    _serve(start, asyncio.new_event_loop)


def _fixed() -> tuple[bytes, bytes]:
    from mockserver.engine import Engine
    from mockserver.plan import Data

    engine = Engine(scenario(), now=time.time())
    asked = requests()
    plans = (engine.handle(asked[name], now=time.time()).plan for name in ("plain", "stream"))
    plain, stream = (
        b"".join(step.data for step in plan if isinstance(step, Data)) for plan in plans
    )
    return plain, stream


def _serve(
    start: Callable[[str, int], Awaitable[None]], loop: Callable[[], asyncio.AbstractEventLoop]
) -> None:
    async def lifetime() -> None:
        await start(HOST, int(sys.argv[2]))
        await asyncio.sleep(_LIFETIME)

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(lifetime())


SERVERS = {"ours": ours, "ours+speed": ours_with_speed, "aiohttp": bare_aiohttp}

if __name__ == "__main__":
    SERVERS[sys.argv[1]]()
