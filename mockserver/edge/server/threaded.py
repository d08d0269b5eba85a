"""Runs the server in a thread with an event loop of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from threading import Thread
from typing import Self

from mockserver.edge.live import LiveEngine

from .app import Site


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    """Return uvloop's factory where the ``speed`` extra is installed, else asyncio's."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop
    return uvloop.new_event_loop


class ThreadedServer:
    """A mock on a free port of the loopback interface, for as long as the ``with`` block runs."""

    def __init__(self, live: LiveEngine) -> None:
        self.live = live
        self.url = ""
        self._stop: Callable[[], object] | None = None
        self._thread: Thread | None = None

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self.url.rpartition(":")[2])

    @property
    def ident(self) -> int:
        """The ``threading.get_ident()`` of its thread; 0 when it does not run."""
        return (self._thread.ident if self._thread else None) or 0

    def start(self) -> None:
        """Listen; the address is in ``url`` when this returns."""
        started: Future[str] = Future()
        self._thread = Thread(target=self._run, args=(started,), name="cerebras-mock", daemon=True)
        self._thread.start()
        self.url = started.result()

    def stop(self) -> None:
        """Drop every connection and end the thread."""
        if self._stop is not None and self._thread is not None:
            self._stop()
            self._thread.join()
            self._stop = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _run(self, started: Future[str]) -> None:
        with asyncio.Runner(loop_factory=loop_factory()) as runner:
            runner.run(self._serve(started))

    async def _serve(self, started: Future[str]) -> None:
        site = Site(self.live)
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        self._stop = partial(loop.call_soon_threadsafe, ended.set)
        try:
            await site.start()
        except OSError as error:
            started.set_exception(error)
            return
        started.set_result(site.url)
        await ended.wait()
        await site.stop()
