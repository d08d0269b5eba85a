"""
The servers that run in our own Python: ``python -m benchmarks.servers NAME PORT``.

The bare ones answer with the bytes that our engine once made for the same request, so that the
ratio says what the engine costs and not that one answer is longer than another.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from . import speed
from .questions import HEADERS, HOST, IDLE, PACE, PACED, PACED_TOKENS, PATH, STREAM, TOKENS

if TYPE_CHECKING:
    from mockserver.core.messages import Request
    from mockserver.scenario import Rule, Scenario

    from .questions import Question

LIFETIME = 1800.0
"""Seconds after which a server whose parent was killed ends by itself."""


def scenario(*before: Rule) -> Scenario:
    """Return what our server plays: streams of known lengths and paces, else prose."""
    from mockserver.api.model.script import Script
    from mockserver.faults import Pace, Stall
    from mockserver.scenario import Match, Rule, Scenario
    from mockserver.scenario.matching import Prompt

    streams = (
        (STREAM, TOKENS, ()),
        (PACED, PACED_TOKENS, (Pace(tokens_per_second=PACE),)),
        (IDLE, TOKENS, (Stall(after_tokens=1),)),
    )
    rules = (
        Rule(
            question.name,
            Match(prompt=Prompt(question.word)),
            reply=Script(tokens=n),
            faults=faults,
        )
        for question, n, faults in streams
    )
    return Scenario("benchmark", rules=(*before, *rules))


def request(question: Question, number: int = 0) -> Request:
    """Return a question as an edge would hand it to the engine."""
    from mockserver.core.messages import Request

    return Request("POST", PATH, HEADERS, question.body(number))


def ours() -> None:
    """Serve as a plain installation does."""
    speed.hide()
    ours_with_speed()


def ours_with_speed() -> None:
    """Serve as an installation with the ``speed`` extra does."""
    from mockserver.edge.live import LiveEngine
    from mockserver.edge.server.serving import Address, serve_until_signal

    address = Address(HOST, int(sys.argv[2]))
    serve_until_signal(LiveEngine(scenario()), address, ready=lambda _: None, beside=_grow_old)


async def _grow_old() -> None:
    await asyncio.sleep(LIFETIME)
    signal.raise_signal(signal.SIGTERM)


def aiohttp_application() -> None:
    """Serve fixed bytes from a handler of an aiohttp application."""
    from .bare import start_application

    serve(start_application)


def aiohttp_server() -> None:
    """Serve fixed bytes from aiohttp's low-level server, which has no routes."""
    from .bare import start_server

    serve(start_server)


def httpserver() -> None:
    """Serve fixed bytes from pytest-httpserver."""
    from .bare import run_httpserver

    run_httpserver(HOST, int(sys.argv[2]), LIFETIME)


def serve(start: Callable[[str, int], Awaitable[object]]) -> None:
    """Run a server on asyncio's own loop until its lifetime is over."""

    async def lifetime() -> None:
        await start(HOST, int(sys.argv[2]))
        await asyncio.sleep(LIFETIME)

    asyncio.run(lifetime())


SERVERS = {
    "ours": ours,
    "ours+speed": ours_with_speed,
    "aiohttp": aiohttp_application,
    "aiohttp-low": aiohttp_server,
    "pytest-httpserver": httpserver,
}

if __name__ == "__main__":
    SERVERS[sys.argv[1]]()
