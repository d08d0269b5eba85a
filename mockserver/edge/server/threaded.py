"""Runs the server in a thread with a separate event loop."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AsyncExitStack, suppress
from functools import partial
from threading import Thread
from typing import Self

from mockserver.edge.live import LiveEngine

from .app import Site
from .redirected import Redirect

_PATIENCE = 5.0  # seconds that the server may take to begin to listen, or to end


class ThreadedServer:
    """
    A mock on a free port of the loopback interface, for as long as the ``with`` block runs.

    With a ``redirect`` the mock is also a proxy, and answers with TLS on a second port. Without a
    ``redirect``, ``begin`` can set one later.
    """

    def __init__(self, live: LiveEngine, redirect: Redirect | None = None) -> None:
        self.live = live
        self.url = ""
        self.redirect = redirect
        self._serving: tuple[asyncio.AbstractEventLoop, AsyncExitStack] | None = None
        self._stop: Callable[[], object] | None = None
        self._thread: Thread | None = None

    @property
    def port(self) -> int:
        """The port that the server listens on."""
        return int(self.url.rpartition(":")[2])

    @property
    def ident(self) -> int:
        """The ``threading.get_ident()`` of the server's thread; 0 if the thread does not run."""
        return (self._thread.ident if self._thread else None) or 0

    def start(self) -> None:
        """
        Listen; the address is in ``url`` when this returns.

        Raises the error that prevents listening, or TimeoutError after five seconds.
        """
        started: Future[str] = Future()
        self._thread = Thread(target=self._run, args=(started,), name="cerebras-mock", daemon=True)
        self._thread.start()
        try:
            self.url = started.result(_PATIENCE)
        except TimeoutError:
            if started.done():
                raise
            raise TimeoutError(f"the mock server did not listen within {_PATIENCE:g} s") from None

    @property
    def ports(self) -> tuple[int, ...]:
        """All ports that the server listens on."""
        return (self.port,) if self.redirect is None else (self.port, self.redirect.tls_port)

    def begin(self, redirect: Redirect) -> None:
        """
        From now on, also answer with TLS on a second port.

        Raises OSError if no port can be bound, and TimeoutError after five seconds.
        """
        if self._serving is None:
            raise RuntimeError("the server does not run")
        loop, stack = self._serving
        asyncio.run_coroutine_threadsafe(self._begin(redirect, stack), loop).result(_PATIENCE)
        self.redirect = redirect

    def stop(self) -> None:
        """
        Drop every connection and end the thread.

        If the thread has not ended after five seconds, warns and leaves the thread running.
        """
        if self._stop is None or self._thread is None:
            return
        with suppress(RuntimeError):  # the loop is closed if the thread has already ended
            self._stop()
        self._stop = None
        self._thread.join(_PATIENCE)
        if self._thread.is_alive():
            warnings.warn(
                f"the thread of the mock server has not ended within {_PATIENCE:g} s and is left "
                "running",
                ResourceWarning,
                stacklevel=2,
            )

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _run(self, started: Future[str]) -> None:
        try:
            with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
                runner.get_loop()  # first, since a failure later would leave a coroutine unawaited
                runner.run(self._serve(started))
        except BaseException as error:
            if started.done():
                raise
            started.set_exception(error)

    async def _serve(self, started: Future[str]) -> None:
        site, redirect = Site(self.live), self.redirect
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        self._stop = partial(loop.call_soon_threadsafe, ended.set)
        async with AsyncExitStack() as stack:
            stack.push_async_callback(site.stop)
            await site.start(proxy=None if redirect is None else redirect.proxy)
            if redirect is not None:
                await self._begin(redirect, stack)
            self._serving = (loop, stack)
            started.set_result(site.url)
            await ended.wait()

    async def _begin(self, redirect: Redirect, stack: AsyncExitStack) -> None:
        stack.push_async_callback(redirect.stop)
        await redirect.start(self.live)
