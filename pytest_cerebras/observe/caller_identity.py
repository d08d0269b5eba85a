"""
Finds out which thread, task, or job of a pool sends a request.

Two threads that send the same request must not be mistaken for one thread that retries. So each
write to a socket of this process records its caller, and the mock looks up the caller by the
client's port. uvloop and trio do not write through Python's sockets, so their callers are unknown.
"""

from __future__ import annotations

import asyncio
import ssl
import sys
import threading
from asyncio import BaseEventLoop
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import wraps
from itertools import count
from types import FrameType
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, ref

import pytest
from anyio import to_thread

from mockserver.core.messages import Sender
from mockserver.edge.live import LiveEngine
from pytest_cerebras.clock.real import SOCKET

from . import timers
from .busy_time import busy_seconds
from .call_sites import call_site
from .connections import Connections
from .lingering_work import Job, LingeringWork, at_job, job_here

if TYPE_CHECKING:
    from socket import socket

_WRITES = ("send", "sendall", "sendmsg")
_ELDERS = 8  # the maximum number of children remembered for a caller


class Callers:
    """
    The known callers; ``now`` returns seconds since the epoch.

    ``waits`` returns the number of completed waits in this process, None if they are not counted.
    ``seen`` takes the frame that is about to send a request (None if another process sends it), and
    returns the turn of the test; see ``turns``. ``begun`` takes the frame that is about to start a
    thread or task, and also returns the turn. ``ports`` are the ports of the mock; there are none
    if requests do not use a socket. ``lingering`` is notified of each thread, task or job that
    begins, and of each send.
    """

    def __init__(
        self,
        now: Callable[[], float],
        ports: Collection[int] = (),
        lingering: LingeringWork | None = None,
    ) -> None:
        self.waits: Callable[[], int | None] = lambda: None
        self.seen: Callable[[FrameType | None], int | None] = lambda _: None
        self.begun: Callable[[FrameType], int] = lambda _: 0
        self.connections = Connections(ports)
        self._now = now
        self.lingering = lingering or LingeringWork()
        self._at: dict[int, Sender] = {}
        self._known: WeakKeyDictionary[object, Sender] = WeakKeyDictionary()
        self._numbers = count(1)
        # reentrant, because garbage collection inside the lock may run a client's finalizer, which
        # starts a task to close the client
        self._lock = threading.RLock()
        self._children: dict[str, deque[tuple[str, Callable[[], bool]]]] = {}
        self._joined: WeakKeyDictionary[threading.Thread, threading.Event] = WeakKeyDictionary()

    def at(self, port: int) -> Sender | None:
        """
        Return the sender of the request that came from a client's port.

        Must be called once for each request.
        """
        sender = self._at.pop(port, None)
        if sender is None:
            self.seen(None)
        return sender

    def current(self) -> Sender | None:
        """
        Return the running task, or else the job or thread; None in a callback of an event loop.

        The result includes the busy time so far, the number of completed waits, and the app's line.
        """
        sender = self._current()
        called, site = self.seen(sys._getframe(1)), call_site()  # noqa: SLF001
        if sender is None:
            return None
        turn = None if called is None or site is None else (called, (sender.turn or (0, 0))[1])
        turn = turn if turn and any(turn) else None
        return replace(sender, busy=busy_seconds(), waits=self.waits(), site=site, turn=turn)

    def _current(self) -> Sender | None:
        try:
            task = asyncio.current_task()
        except RuntimeError:
            return self._of(job_here() or threading.current_thread(), Sender(""))
        return self._of(task, Sender("", self._now())) if task is not None else None

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Record each write to the mock, and each thread, task or job that begins."""
        with pytest.MonkeyPatch.context() as patch:
            self.lingering.begin(patch)
            for name in _WRITES:
                patch.setattr(SOCKET, name, self._noted(getattr(SOCKET, name)))
            patch.setattr(
                ssl.SSLSocket, "send", self._noted(ssl.SSLSocket.send)
            )  # sendall calls it
            patch.setattr(BaseEventLoop, "create_task", self._dated(BaseEventLoop.create_task))
            patch.setattr(ThreadPoolExecutor, "submit", self._as_job(ThreadPoolExecutor.submit))
            patch.setattr(to_thread, "run_sync", self._as_work(to_thread.run_sync))
            patch.setattr(threading.Thread, "start", self._started(threading.Thread.start))
            patch.setattr(threading.Thread, "join", self._waited_for(threading.Thread.join))
            try:
                yield
            finally:
                self.lingering.end()

    def _of(self, who: object, born: Sender) -> Sender:
        with self._lock:
            if who not in self._known:
                kind = type(who).__name__.strip("_").lower()
                self._known[who] = replace(born, name=f"{kind} {next(self._numbers)}")
            found = self._known[who]
        self.lingering.sends(who, found.name)
        return found

    def _born(self) -> Sender:
        """Return the data of a thread, task or job that the running code is about to start."""
        parent, turn = self._current(), (0, self.begun(sys._getframe(2)))  # noqa: SLF001
        if parent is None:
            return Sender("", self._now(), turn=turn)
        elders = list(self._children.get(parent.name, ()))  # a copy, as other threads may append
        beside = frozenset(name for name, is_over in elders if not is_over())
        return Sender("", self._now(), parent, beside, turn=turn)

    def _begun(self, who: object, born: Sender, is_over: Callable[[], bool]) -> None:
        """Record a caller's child; ``is_over`` returns whether the caller saw the child end."""
        name = self._of(who, born).name
        if born.parent is not None:
            elders = self._children.setdefault(born.parent.name, deque(maxlen=_ELDERS))
            elders.append((name, is_over))

    def _noted(self, write: Callable[..., Any]) -> Callable[..., Any]:
        def noted(connection: socket, *args: Any, **kwargs: Any) -> Any:
            port = self.connections.own_port(connection)
            if port is not None:
                self.connections.written(port, connection)
                if (sender := self.current()) is not None:
                    self._at[port] = sender
            return write(connection, *args, **kwargs)

        return noted

    def _dated(self, create: Callable[..., Any]) -> Callable[..., Any]:
        def dated(loop: BaseEventLoop, *args: Any, **kwargs: Any) -> Any:
            born = self._born()
            task = create(loop, *args, **kwargs)
            self.lingering.born(task)
            self._begun(task, born, _done(task))
            return task

        return dated

    def _started(self, start: Callable[..., None]) -> Callable[..., None]:
        def started(thread: threading.Thread) -> None:
            joined = threading.Event()
            self._joined[thread] = joined
            self.lingering.born(thread)
            self._begun(thread, self._born(), joined.is_set)
            start(thread)

        return started

    def _waited_for(self, join: Callable[..., None]) -> Callable[..., None]:
        def waited_for(thread: threading.Thread, timeout: float | None = None) -> None:
            join(thread, timeout)
            if thread in self._joined and not thread.is_alive():
                self._joined[thread].set()

        return waited_for

    def _as_work(self, run: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        @wraps(run)
        async def run_job(work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
            job, over = Job(), threading.Event()
            born = self._born()
            self.lingering.born(job)
            self._begun(job, born, over.is_set)
            try:
                return await run(at_job(job, work), *args, **kwargs)
            finally:
                over.set()

        return run_job

    def _as_job(self, submit: Callable[..., Any]) -> Callable[..., Any]:
        def submit_job(
            pool: ThreadPoolExecutor, work: Callable[..., Any], /, *args: Any, **kwargs: Any
        ) -> Any:
            job = Job()
            born = self._born()
            self.lingering.born(job)
            self._of(job, born)
            future = submit(pool, at_job(job, work), *args, **kwargs)
            self._begun(job, born, _done(future))
            return future

        return submit_job


def _done(work: asyncio.Future[Any] | Future[Any]) -> Callable[[], bool]:
    """Return a function that returns whether a future is done, without keeping the future alive."""
    found = ref(work)

    def is_done() -> bool:
        still = found()
        return still is None or still.done()

    return is_done


@contextmanager
def identified_callers(
    live: LiveEngine, ports: Collection[int], lingering: LingeringWork | None = None
) -> Iterator[Callers]:
    """Let the engine look up the sender of each request to ``ports``; yield the callers."""

    def now() -> float:
        return live.clock.now()  # looked up at each call, because the engine gets its clock later

    callers = Callers(now, ports, lingering)
    live.sender_at = callers.at
    live.elsewhere = callers.lingering.reason
    try:
        with callers.watching(), callers.connections.watching(), timers.noted():
            yield callers
    finally:
        live.sender_at = None
        live.elsewhere = lambda _: ""
