"""
Tells which thread, task, or job of a pool sends a request.

So two that ask the same are not taken for one that retries.
A socket of this process notes who writes into it; the mock looks that up by the port that the
request came from. uvloop and trio write in ways of their own: there nobody is known.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from asyncio import BaseEventLoop
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

import pytest

from mockserver.edge.live import LiveEngine
from mockserver.messages import Sender

_WRITES = ("send", "sendall", "sendmsg")


class _Job:
    """What a thread of a pool is at."""


class Senders:
    """
    Who sends, as far as it has been seen; ``now`` returns seconds since the epoch.

    ``port`` is the mock's; None where requests do not come through a socket.
    """

    def __init__(self, now: Callable[[], float], port: int | None = None) -> None:
        self._now = now
        self._port = port
        self._at: dict[int, Sender] = {}
        self._ours: set[int] = set()
        self._known: WeakKeyDictionary[object, Sender] = WeakKeyDictionary()
        self._numbers = count(1)
        # a lock of its owner: a client that is collected meanwhile may begin a task to close itself
        self._lock = threading.RLock()
        self._at_work = threading.local()

    def at(self, port: int) -> Sender | None:
        """Return who has sent what comes from a port of the client; asked once for each request."""
        return self._at.pop(port, None)

    def here(self, port: int) -> bool:
        """Return whether something in this process has sent from a port."""
        return port in self._ours

    def current(self) -> Sender | None:
        """Return the running task, or else the job or thread; what a loop does itself is none's."""
        try:
            task = asyncio.current_task()
        except RuntimeError:
            job = getattr(self._at_work, "job", None)
            return self._of(job or threading.current_thread(), Sender("").since)
        return self._of(task, self._now()) if task is not None else None

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Note who writes into sockets to the mock, and when tasks and jobs begin to exist."""
        with pytest.MonkeyPatch.context() as patch:
            for name in _WRITES:
                patch.setattr(socket.socket, name, self._noted(getattr(socket.socket, name)))
            patch.setattr(BaseEventLoop, "create_task", self._dated(BaseEventLoop.create_task))
            patch.setattr(ThreadPoolExecutor, "submit", self._as_job(ThreadPoolExecutor.submit))
            yield

    def _of(self, who: object, since: float) -> Sender:
        with self._lock:
            if who not in self._known:
                kind = type(who).__name__.strip("_").lower()
                self._known[who] = Sender(f"{kind} {next(self._numbers)}", since)
            return self._known[who]

    def _noted(self, write: Callable[..., Any]) -> Callable[..., Any]:
        def noted(connection: socket.socket, *args: Any, **kwargs: Any) -> Any:
            port = self.own_port(connection)
            if port is not None:
                self._ours.add(port)
                if (sender := self.current()) is not None:
                    self._at[port] = sender
            return write(connection, *args, **kwargs)

        return noted

    def own_port(self, connection: socket.socket) -> int | None:
        """Return the client's port of a connection to the mock; None for any other."""
        try:
            ours = connection.getpeername()[1] == self._port
            return int(connection.getsockname()[1]) if ours else None
        except (OSError, IndexError, TypeError):
            return None

    def _dated(self, create: Callable[..., Any]) -> Callable[..., Any]:
        def dated(loop: BaseEventLoop, *args: Any, **kwargs: Any) -> Any:
            task = create(loop, *args, **kwargs)
            self._of(task, self._now())
            return task

        return dated

    def _as_job(self, submit: Callable[..., Any]) -> Callable[..., Any]:
        def submit_job(
            pool: ThreadPoolExecutor, work: Callable[..., Any], /, *args: Any, **kwargs: Any
        ) -> Any:
            job = _Job()
            self._of(job, self._now())

            def at_work(*args: Any, **kwargs: Any) -> Any:
                self._at_work.job = job
                try:
                    return work(*args, **kwargs)
                finally:
                    del self._at_work.job

            return submit(pool, at_work, *args, **kwargs)

        return submit_job


@contextmanager
def told_apart(live: LiveEngine, port: int | None) -> Iterator[Senders]:
    """Let the engine know who sends what comes to a port; yield who can tell it of others."""

    def now() -> float:
        return live.clock.now()  # whichever it has by then

    senders = Senders(now, port)
    live.sender_at = senders.at
    try:
        with senders.watching():
            yield senders
    finally:
        live.sender_at = lambda _: None
