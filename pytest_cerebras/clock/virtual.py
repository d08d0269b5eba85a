"""The clock itself: who waits until when, and the thread that lets time jump."""

from __future__ import annotations

import asyncio
import math
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from mockserver.edge.clock import Clock

from . import real
from .quiescence import probe

_A_WEEK = 7 * 86400.0
_PATIENCE = 5.0  # real seconds for all that was due to be done
_JUST_AFTER = 1e-6  # seconds: a clock that stands exactly on a deadline may be read as before it


class RunawayError(RuntimeError):
    """The virtual time has passed its bound: something sleeps in an endless loop."""


@dataclass(frozen=True, slots=True)
class Sleep:
    """A client's sleep of so many ``seconds``, begun ``at`` seconds after the clock."""

    seconds: float
    at: float
    via: str
    thread: str


@dataclass(slots=True, eq=False)
class Waiter:
    """
    Somebody who waits until a ``deadline``, in seconds of the virtual monotonic clock.

    ``sleeps`` says that it does nothing but wait, so that time may jump for it; a read with a
    time-out only bounds the jump. ``wake`` is called once, when the deadline has come.
    """

    deadline: float
    wake: Callable[[], object]
    sleeps: bool = True
    alive: Callable[[], bool] = lambda: True
    fail: Callable[[BaseException], object] | None = None


class VirtualClock(Clock):
    """
    The time that a client and its mock share while ``running()``.

    It may not get more than ``max_virtual`` seconds ahead.
    """

    shared = True

    def __init__(self, *, max_virtual: float = _A_WEEK) -> None:
        super().__init__(self._now)
        self.sleeps: list[Sleep] = []
        self.timers: Callable[[], Iterable[float]] = tuple
        self.nudge: Callable[[], object] = lambda: None
        self.error: RunawayError | None = None
        self._max_virtual = max_virtual
        self._offset = 0.0
        self._begun = real.monotonic()
        self._asked = 0
        self._changed = threading.Condition()
        self._waiters: list[Waiter] = []
        self._settling: list[threading.Lock] = []
        self._over = False
        self._probe = probe(lambda: self._asked)

    @property
    def elapsed(self) -> float:
        """The virtual seconds since the clock was made."""
        return self.monotonic() - self._begun

    def monotonic(self) -> float:
        """Return the virtual ``time.monotonic()``."""
        return real.monotonic() + self._offset

    def _now(self) -> float:
        self._asked += 1
        return real.now() + self._offset

    @contextmanager
    def running(self) -> Iterator[None]:
        """Let time jump meanwhile; whoever still waits at the end is woken."""
        pump = threading.Thread(target=self._run, name="cerebras-clock", daemon=True)
        pump.start()
        try:
            yield
        finally:
            with self._changed:
                self._over = True
                self._changed.notify_all()
            pump.join()
            for waiter in self._waiters:
                waiter.wake()

    def advance(self, seconds: float) -> None:
        """Jump by so many seconds; returns when all that was due meanwhile has been done."""
        unsettled = _locked()
        with self._changed:
            self._offset += seconds
            self._settling.append(unsettled)
            self._changed.notify_all()
        unsettled.acquire(timeout=_PATIENCE)

    def add(self, waiter: Waiter) -> None:
        """Note that somebody waits."""
        with self._changed:
            self._asked += 1
            self._waiters.append(waiter)
            self._changed.notify_all()

    def remove(self, waiter: Waiter) -> None:
        """Note that somebody waits no more."""
        with self._changed:
            self._asked += 1
            if waiter in self._waiters:
                self._waiters.remove(waiter)

    def note(self, seconds: float, via: str) -> None:
        """Record a client's sleep."""
        name = threading.current_thread().name
        self.sleeps.append(Sleep(float(seconds), self.elapsed, via, name))

    def pause(self, seconds: float) -> None:
        """Let time pass for the calling thread. Raises RunawayError."""
        asleep = _locked()
        self.add(Waiter(self.monotonic() + seconds, asleep.release))
        asleep.acquire(timeout=min(seconds, threading.TIMEOUT_MAX))
        if self.error is not None:
            raise self.error

    async def until(self, deadline: float) -> None:
        """Wait until the clock shows the deadline."""
        ahead = deadline - self.monotonic()
        await (self.wait(ahead) if ahead > 0 else asyncio.sleep(0))

    async def wait(self, seconds: float, *, passive: bool = False) -> None:
        """Let time pass for the calling task; a ``passive`` one only bounds the jumps."""
        loop = asyncio.get_running_loop()
        woken = loop.create_future()

        def wake() -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(ring)

        def ring() -> None:
            if not woken.done():
                woken.set_result(None)

        due = self.monotonic() + seconds
        waiter = Waiter(due, wake, sleeps=not passive, alive=lambda: not woken.done())
        self.add(waiter)
        try:
            await woken
        finally:
            self.remove(waiter)

    def _run(self) -> None:
        while not self._over:
            with self._changed:
                self._waiters = [waiter for waiter in self._waiters if waiter.alive()]
                if not self._settling and not any(waiter.sleeps for waiter in self._waiters):
                    self._changed.wait(self._until_due())
                asked = self._asked
            if self._wake_due():
                self.nudge()
            elif self._probe.quiet():
                self._settle() if self._settling else self._jump(asked)
        self._settle()

    def _until_due(self) -> float | None:
        """Return the real seconds until somebody is due, None for nobody."""
        earliest = min((waiter.deadline for waiter in self._waiters), default=math.inf)
        return None if math.isinf(earliest) else max(0.0, earliest - self.monotonic())

    def _settle(self) -> None:
        """Let those go on who have pushed the time, all others being at rest."""
        self.nudge()
        for unsettled in self._settling:
            unsettled.release()
        self._settling.clear()

    def _jump(self, asked: int) -> None:
        """Move to the earliest deadline, unless something has happened meanwhile."""
        with self._changed:
            waiters = [waiter for waiter in self._waiters if waiter.alive()]
            if asked != self._asked or not any(waiter.sleeps for waiter in waiters):
                return
            earliest = min((*(waiter.deadline for waiter in waiters), *self.timers()))
            ahead = earliest - self.monotonic()
            if not 0 < ahead < math.inf:
                return
            self._offset += ahead + _JUST_AFTER
        if self._offset > self._max_virtual and self.error is None:
            self.error = RunawayError(
                f"virtual time ran {self._offset:.0f} s ahead, more than --cerebras-max-virtual "
                f"{self._max_virtual:.0f}: something sleeps in an endless loop ({self._latest()})"
            )
        self.nudge()

    def _wake_due(self) -> bool:
        """Wake all whose deadline has come, or everybody when time has run away."""
        with self._changed:
            now = self.monotonic()
            due = [each for each in self._waiters if each.deadline <= now or self.error]
            self._waiters = [each for each in self._waiters if each not in due]
        for waiter in due:
            if self.error is not None and waiter.fail is not None:
                waiter.fail(self.error)
            else:
                waiter.wake()
        return bool(due)

    def _latest(self) -> str:
        last = self.sleeps[-1] if self.sleeps else None
        return f"last {last.via}({last.seconds:g}) in {last.thread}" if last else "the mock itself"


def _locked() -> threading.Lock:
    """Return a lock to wait for; an event would wait by the very clock."""
    lock = threading.Lock()
    lock.acquire()
    return lock
