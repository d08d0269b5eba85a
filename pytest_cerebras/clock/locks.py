"""
Makes waits for other threads time out in virtual time.

``Event``, ``Semaphore``, ``Barrier``, ``Timer``, ``Queue`` and ``Future.result`` all call
``Condition.wait``. ``Thread.join`` does not, so a helper thread calls it for the thread that waits.
A time-out alone never makes time jump, because the awaited event may be about to happen; the
time-out only limits the jumps that sleeps cause. Daemon threads do background work and stay in real
time.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections import deque
from collections.abc import Callable
from threading import Condition, Thread
from typing import Any

import pytest

from . import real
from .virtual import VirtualClock
from .waiters import Waiter

_WATCH_OVER_TESTS = ("pytest", "_pytest", "xdist", "execnet")


def patch_locks(patch: pytest.MonkeyPatch, clock: VirtualClock, client: Callable[[], bool]) -> None:
    """Replace ``Condition.wait``, ``Thread.join``, and the clock of locks and queues."""

    def is_virtual() -> bool:
        return client() and is_at_work(threading.current_thread())

    def wait(condition: Condition, timeout: float | None = None) -> bool:
        if timeout is not None and 0 < timeout <= threading.TIMEOUT_MAX and is_virtual():
            return _wait(clock, condition, timeout)
        return real.wait(condition, timeout)  # raises at once for an invalid ``timeout``

    def join(thread: Thread, timeout: float | None = None) -> None:
        ahead = timeout is not None and 0 < timeout <= threading.TIMEOUT_MAX
        lives = thread.is_alive() and thread is not threading.current_thread()
        if timeout is not None and ahead and lives and is_virtual():
            _until_over(clock, thread, timeout)
            timeout = 0
        joined(thread, timeout)

    def monotonic() -> float:
        return clock.monotonic() if is_virtual() else real.monotonic()

    joined = Thread.join
    patch.setattr(Thread, "join", join)
    patch.setattr(Condition, "wait", wait)
    patch.setattr(threading, "_time", monotonic)
    patch.setattr(queue, "time", monotonic)


def is_at_work(thread: Thread) -> bool:
    """Return whether a thread may run the tested code: it is no daemon and no timer of pytest."""
    function = getattr(thread, "function", None)  # a Timer has one
    watches = str(getattr(function, "__module__", "")).startswith(_WATCH_OVER_TESTS)
    return not thread.daemon and not watches


class _Gate:
    """
    The lock on which one waiter blocks.

    The gate replaces the plain lock that ``Condition.wait`` appends to ``_waiters``. Either the
    condition or the clock opens the gate. ``_deciding`` makes sure that only one of them does, so
    that no notification is lost to a time-out at the same moment.
    """

    def __init__(self) -> None:
        self.notified: bool | None = None
        self._deciding = threading.Lock()
        self._closed = threading.Lock()
        self._closed.acquire()

    def release(self) -> None:
        """
        Open the gate for a notification.

        A condition calls this. Raises RuntimeError if the gate is open already.
        """
        self._open(notified=True)

    def expire(self) -> None:
        """Open the gate because the time is up."""
        with contextlib.suppress(RuntimeError):
            self._open(notified=False)

    def passed(self, timeout: float) -> bool:
        """Wait at most ``timeout`` real seconds; return whether a notification opened the gate."""
        if not self._closed.acquire(timeout=min(timeout, threading.TIMEOUT_MAX)):
            self.expire()
        return self.notified is True

    def _open(self, *, notified: bool) -> None:
        with self._deciding:
            if self.notified is not None:
                raise RuntimeError("open already")
            self.notified = notified
        self._closed.release()


def _wait(clock: VirtualClock, condition: Any, timeout: float) -> bool:
    """Do what ``Condition.wait`` does, with a gate that the clock can open. Raises RunawayError."""
    if not condition._is_owned():  # noqa: SLF001 (this replaces a method of the class)
        raise RuntimeError("cannot wait on un-acquired lock")
    gate = _Gate()
    waiting: deque[_Gate] = condition._waiters  # noqa: SLF001
    waiting.append(gate)
    waiter = Waiter(clock.monotonic() + timeout, gate.expire, sleeps=False)
    clock.add(waiter)
    released = condition._release_save()  # noqa: SLF001
    try:
        passed = gate.passed(timeout)
    finally:
        clock.remove(waiter)
        condition._acquire_restore(released)  # noqa: SLF001
        if not gate.notified:
            with contextlib.suppress(ValueError):
                waiting.remove(gate)
    if not passed:
        clock.check()
    return passed


def _until_over(clock: VirtualClock, thread: Thread, timeout: float) -> None:
    """Wait until another thread has ended, or the time is up. Raises RunawayError."""
    gate = _Gate()

    def watch() -> None:
        real.join(thread)
        with contextlib.suppress(RuntimeError):  # the time was already up
            gate.release()

    waiter = Waiter(clock.monotonic() + timeout, gate.expire, sleeps=False)
    clock.add(waiter)
    real.start(Thread(target=watch, name="cerebras-join", daemon=True))
    try:
        passed = gate.passed(timeout)
    finally:
        clock.remove(waiter)
    if not passed:
        clock.check()
