"""Runs the server in the foreground, until a signal ends it."""

from __future__ import annotations

import asyncio
import gc
import signal
import ssl
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from mockserver.edge.live import LiveEngine

from .app import Site

Job: TypeAlias = Callable[[], Coroutine[None, None, None]]
_HANG_UP: signal.Signals | None = getattr(signal, "SIGHUP", None)  # Windows has none


@dataclass(frozen=True, slots=True)
class Address:
    """
    Where and how to listen.

    Several processes of the mock listen on a ``shared`` port. ``token`` protects the admin API. A
    shared port has no admin API unless the processes share their state.
    """

    host: str
    port: int
    tls: ssl.SSLContext | None = None
    shared: bool = False
    token: str | None = None


def ending_signals() -> Iterator[signal.Signals]:
    """Yield the signals that end a server; SIGHUP does not if it is ignored, as after ``nohup``."""
    yield from (signal.SIGINT, signal.SIGTERM)
    if _HANG_UP is not None and signal.getsignal(_HANG_UP) is not signal.SIG_IGN:
        yield _HANG_UP


def serve_until_signal(
    live: LiveEngine,
    address: Address,
    *,
    ready: Callable[[str], None],
    beside: Job | None = None,
    parent: int | None = None,
) -> None:
    """
    Listen until a signal ends the server, then drop every connection; ``ready`` gets the URL.

    ``beside`` runs meanwhile. ``parent`` is a descriptor that becomes readable when the parent
    process has ended; the server then ends as well. Raises OSError if the address can't be bound,
    and MockServerError if the state can't be shared.
    """
    _tune_garbage_collection()
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        runner.run(_serve(live, address, ready, beside, parent))


def _tune_garbage_collection() -> None:
    """Collect garbage less often, so that the server answers a fifth more requests per second."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


async def _serve(
    live: LiveEngine,
    address: Address,
    ready: Callable[[str], None],
    beside: Job | None,
    parent: int | None,
) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in ending_signals():
        loop.add_signal_handler(number, ended.set)
    if parent is not None:
        loop.add_reader(parent, ended.set)
    async with live.sharing():
        site = Site(live, token=address.token)
        await site.start(address.host, address.port, tls=address.tls, shared=address.shared)
        ready(site.url)
        async with asyncio.TaskGroup() as group:
            running = group.create_task(beside()) if beside else None
            await ended.wait()
            if running:
                running.cancel()
        await site.stop()
