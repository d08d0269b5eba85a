"""Runs the server in the foreground, until a signal ends it."""

from __future__ import annotations

import asyncio
import gc
import signal
import ssl
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import TypeAlias

from .app import Site
from .live import LiveEngine
from .threaded import loop_factory

_Job: TypeAlias = Callable[[], Coroutine[None, None, None]]


def serve_until_signal(
    live: LiveEngine,
    host: str,
    port: int,
    *,
    ready: Callable[[str], None],
    tls: ssl.SSLContext | None = None,
    beside: _Job | None = None,
) -> None:
    """
    Listen until SIGINT or SIGTERM, then drop every connection; ``ready`` gets the URL.

    ``beside`` is run meanwhile. Raises OSError when the address can't be had.
    """
    _tune_garbage_collection()
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        start = partial(Site.start, host=host, port=port, tls=tls)
        runner.run(_serve(Site(live), start, ready, beside))


def _tune_garbage_collection() -> None:
    """Leave alone what lives for ever, and collect the rest less often: a fifth more answers."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


async def _serve(
    site: Site,
    start: Callable[[Site], Awaitable[None]],
    ready: Callable[[str], None],
    beside: _Job | None,
) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    await start(site)
    ready(site.url)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(beside()) if beside else None
        await ended.wait()
        if running:
            running.cancel()
    await site.stop()
