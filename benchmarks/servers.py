"""
The servers that run in our own Python: ``python -m benchmarks.servers NAME PORT``.

The bare servers send the bytes that our engine generated once for the same request. So a ratio
shows the cost of the engine and not a difference in the length of the answers.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from .questions import HOST
from .workload import scenario

LIFETIME = 1800.0
"""In seconds. A server whose parent was killed ends by itself after this time."""


def ours() -> None:
    """Serve without a log, as in a test run."""
    from mockserver.edge.live import LiveEngine
    from mockserver.edge.server.serving import Address, serve_until_signal

    address = Address(HOST, int(sys.argv[2]))
    serve_until_signal(LiveEngine(scenario()), address, ready=lambda _: None, beside=_grow_old)


def ours_with_log() -> None:
    """Serve as on the command line, with a line for each request."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        logging.basicConfig(format="%(message)s", stream=nowhere, level=logging.INFO)
        ours()


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
    "ours+log": ours_with_log,
    "aiohttp": aiohttp_application,
    "aiohttp-low": aiohttp_server,
    "pytest-httpserver": httpserver,
}

if __name__ == "__main__":
    SERVERS[sys.argv[1]]()
