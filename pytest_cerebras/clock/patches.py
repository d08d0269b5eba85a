"""
The functions that are replaced while time is virtual.

============================== ==================================================================
``time.sleep``                 waits on the clock, and is recorded
``time.monotonic``, ``time``   read the clock in the client's threads; so do the ``_ns`` variants
event loops' ``call_later``    registers each ``asyncio.sleep`` with the clock, and records it
event loops' ``call_at``       registers the client's loops: no jump passes one of their timers
sockets' ``recv``              times out in virtual time when it reads from the mock
``Condition.wait``             times out in virtual time; so do events, queues and futures
``Thread.join``                times out in virtual time
``signal.alarm``               is recorded, like ``setitimer``: the alarm goes off in real time
============================== ==================================================================

Names that were imported earlier (``from time import sleep``) are replaced as well.
``perf_counter``, ``Lock.acquire(timeout=...)`` and ``SimpleQueue.get(timeout=...)`` stay real, and
so do functions that are the default value of an argument. Waits for files, sockets or another
process, such as ``Popen.wait(timeout)``, stay real as well: see ``real_waits``.
"""

from __future__ import annotations

import asyncio
import math
import sys
import threading
import time
import weakref
from asyncio import BaseEventLoop, futures
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType
from typing import Any, SupportsIndex

import pytest

from . import real
from .aliases import Aliases
from .locks import patch_locks
from .real_waits import RealWaits
from .sockets import Reads
from .unsupported_loops import refused
from .virtual import VirtualClock
from .waiters import Waiter

_ends_a_sleep = futures._set_result_unless_cancelled  # type: ignore[attr-defined]  # noqa: SLF001
_aliases = Aliases((real.sleep, real.monotonic, real.now))


class Loops:
    """
    The client's event loops.

    A loop is registered as soon as it schedules a timer. The clock reads the timers before each
    jump. It wakes the loops after the jump, because the time-out of a waiting selector was computed
    from the time before the jump.
    """

    def __init__(self) -> None:
        self._known: weakref.WeakSet[BaseEventLoop] = weakref.WeakSet()

    def add(self, loop: BaseEventLoop) -> None:
        """Add a loop of the client."""
        self._known.add(loop)

    def timers(self) -> Iterator[float]:
        """Yield the deadlines of all pending timers, in seconds of ``monotonic``."""
        for loop in self._open():
            for handle in tuple(loop._scheduled):  # type: ignore[attr-defined]  # noqa: SLF001
                if not handle.cancelled() and not math.isnan(handle.when()):
                    yield handle.when()

    def nudge(self) -> None:
        """Wake all loops, so that they read the clock again."""
        for loop in self._open():
            try:
                loop.call_soon_threadsafe(lambda: None)
            except RuntimeError:  # closed just now
                continue

    def _open(self) -> list[BaseEventLoop]:
        return [loop for loop in tuple(self._known) if not loop.is_closed()]


@contextmanager
def installed(
    clock: VirtualClock, *, servers: frozenset[int], ports: Collection[int] = ()
) -> Iterator[None]:
    """
    Run the block in virtual time, except for the threads whose ``ident`` is in ``servers``.

    ``ports`` are the mock's. At the end, warn of waits that took place in real time. Raises
    UsageError if the event loop policy makes loops with timers that the clock can't reach.
    """
    loops = Loops()
    clock.timers, clock.nudge = loops.timers, loops.nudge

    def client() -> bool:
        return threading.get_ident() not in servers

    reads = Reads(clock, ports, client)
    real_waits = RealWaits(lambda thread: thread not in servers)
    clock.jumped = real_waits.note
    replaced = _functions(clock, client)
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        stack.enter_context(refused(patch, client))
        for function, replacement in replaced.items():
            patch.setattr(time, function.__name__, replacement)
        stack.enter_context(_aliases.replaced(replaced))
        _patch_loops(patch, clock, loops, client)
        patch_locks(patch, clock, client)
        real_waits.patch(patch)
        stack.enter_context(reads.patched(patch))
        stack.enter_context(clock.running())
        yield
    real_waits.tell()


def _functions(
    clock: VirtualClock, client: Callable[[], bool]
) -> dict[Callable[..., Any], Callable[..., Any]]:
    def sleep(seconds: float) -> None:
        sleeps = client() and _is_time(seconds)
        if not sleeps or _is_for_a_process(sys._getframe(1)):  # noqa: SLF001
            return real.sleep(seconds)  # raises at once if ``seconds`` is not a valid duration
        clock.note(seconds, "time.sleep")
        return clock.pause(seconds)

    def either(virtual: Callable[[], float], actual: Callable[[], float]) -> Callable[[], float]:
        return lambda: virtual() if client() else actual()

    return {
        real.sleep: sleep,
        real.monotonic: either(clock.monotonic, real.monotonic),
        real.now: either(clock.now, real.now),
        real.monotonic_ns: either(lambda: int(clock.monotonic() * 1e9), real.monotonic_ns),
        real.now_ns: either(lambda: int(clock.now() * 1e9), real.now_ns),
    }


def _is_time(seconds: object) -> bool:
    """Return whether ``time.sleep`` accepts a duration and would wait."""
    return isinstance(seconds, (float, SupportsIndex)) and 0 < seconds < real.BEYOND  # type: ignore[operator]


def _is_for_a_process(caller: FrameType) -> bool:
    """Return whether the caller sleeps until another process acts, which takes real time."""
    name = caller.f_globals.get("__name__") or ""
    return name.partition(".")[0] in ("subprocess", "multiprocessing")


def _patch_loops(
    patch: pytest.MonkeyPatch, clock: VirtualClock, loops: Loops, client: Callable[[], bool]
) -> None:
    call_later, call_at = BaseEventLoop.call_later, BaseEventLoop.call_at

    def watched_later(
        self: BaseEventLoop, delay: float, callback: Any, *args: Any, context: Any = None
    ) -> asyncio.TimerHandle:
        handle = call_later(self, delay, callback, *args, context=context)
        if callback is _ends_a_sleep and delay > 0 and client():
            clock.note(delay, "asyncio.sleep")
            clock.add(_sleeper(self, handle, args[0]))
        return handle

    def watched_at(
        self: BaseEventLoop, when: float, callback: Any, *args: Any, context: Any = None
    ) -> asyncio.TimerHandle:
        if client():
            loops.add(self)
        return call_at(self, when, callback, *args, context=context)

    patch.setattr(BaseEventLoop, "call_later", watched_later)
    patch.setattr(BaseEventLoop, "call_at", watched_at)


def _sleeper(
    loop: BaseEventLoop, handle: asyncio.TimerHandle, sleeping: asyncio.Future[None]
) -> Waiter:
    def fail(error: BaseException) -> None:
        loop.call_soon_threadsafe(end, error)

    def end(error: BaseException) -> None:
        if not sleeping.done():
            handle.cancel()
            sleeping.set_exception(error)

    return Waiter(
        handle.when(),
        lambda: None,
        alive=lambda: not handle.cancelled() and not sleeping.done(),
        fail=fail,
    )
