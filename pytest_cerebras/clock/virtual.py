"""
The clock itself: the list of waiters, and the thread that makes time jump.

The thread ``cerebras-clock`` repeats four steps. (1) Wake every waiter whose deadline has come. If
there was none: (2) ask ``quiescence`` whether all other threads are idle; if not, try again. (3) If
threads wait in ``advance``, release them, because all work that became due is done. (4) Otherwise
jump to the earliest deadline among waiters and event loop timers.

Another thread may wake up after the deadlines are read and before the jump. Every call to the clock
therefore increments ``_asked``, and a jump is dropped if the number has changed in between.
"""

from __future__ import annotations

import asyncio
import math
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from mockserver.core.units import LONGEST
from mockserver.edge.play.clock import Clock, Silence

from . import real
from .quiescence import is_quiet
from .waiters import Look, Moment, Stalled, Waiter

_A_WEEK = 7 * 86400.0
_PATIENCE = 5.0  # real seconds in which all due work should be done
_STANDSTILL = 10.0  # real seconds without any event, before an endless sleep counts as a bug
_LONGEST = 660.0  # virtual seconds: longer than the default time-out of any known client
# seconds by which a jump passes the deadline; otherwise, rounding could leave the clock just before
# the deadline, and the timer would not fire
_JUST_AFTER = 1e-6


class RunawayError(BaseException):
    """
    The virtual time has passed its limit, because something sleeps in an endless loop.

    This class is not an ``Exception``, because such a loop often catches every ``Exception`` and
    continues.
    """


@dataclass(frozen=True, slots=True)
class Sleep:
    """
    A client's sleep.

    The sleep lasts ``seconds``, and begins ``at`` seconds after the start of the clock.
    """

    seconds: float
    at: float
    via: str
    thread: str


class VirtualClock(Clock):
    """
    The clock that a client and its mock share while ``running()``.

    Virtual time may be at most ``max_virtual`` seconds ahead of real time. ``watch`` takes a
    ``Silence``, and returns a function that is called again and again to decide whether the silence
    must end.
    """

    shared = True

    def __init__(self, *, max_virtual: float = _A_WEEK) -> None:
        super().__init__(self._now)
        self.sleeps: list[Sleep] = []
        self.timers: Callable[[], Iterable[float]] = tuple
        self.nudge: Callable[[], object] = lambda: None
        self.watch: Callable[[Silence], Look] = lambda _: lambda _: None
        self.ran_away: Callable[[], object] = lambda: None
        self.jumped: Callable[[float], object] = lambda _: None
        self.error: RunawayError | None = None
        self._max_virtual = max_virtual
        self._offset = 0.0
        self._begun = real.monotonic()
        self._asked = 0
        self._still: tuple[int, float] | None = None
        self._changed = threading.Condition()
        self._waiters: list[Waiter] = []
        self._settling: list[threading.Lock] = []
        self._over = False

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
        """Let time jump during the block; at its end, wake all remaining waiters."""
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
        """
        Jump ahead by ``seconds``; return when all work that became due is done.

        Raises ValueError for a jump backwards or by more than a hundred years in all, and
        RuntimeError when other threads do not come to rest.
        """
        if not _is_number(seconds) or not 0 <= seconds <= LONGEST - self._offset:
            raise ValueError(
                f"advance() takes seconds from 0 up to a hundred years in total, found {seconds!r}"
            )
        unsettled = _locked()
        with self._changed:
            self._offset += seconds
            self._settling.append(unsettled)
            self._changed.notify_all()
        if not unsettled.acquire(timeout=_PATIENCE):
            raise RuntimeError(
                f"advance({seconds:g}): other threads have been busy for {_PATIENCE:g} s since "
                "the jump, so some work that was due may be unfinished"
            )

    def add(self, waiter: Waiter) -> None:
        """Add a waiter."""
        with self._changed:
            self._asked += 1
            self._waiters.append(waiter)
            self._changed.notify_all()

    def remove(self, waiter: Waiter) -> None:
        """Remove a waiter if it is still there."""
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
        self.check()

    def check(self) -> None:
        """
        Raise RunawayError if time has run away.

        Each caller gets a new exception, because raising adds a traceback to it.
        """
        if self.error is not None:
            raise RunawayError(*self.error.args)

    async def until(self, deadline: float) -> None:
        """Wait until the clock shows the deadline."""
        ahead = deadline - self.monotonic()
        await (self.wait(ahead) if ahead > 0 else asyncio.sleep(0))

    async def wait(self, seconds: float, *, passive: bool = False) -> None:
        """Let time pass for the calling task; a ``passive`` wait limits jumps but causes none."""
        bell = _Bell()
        waiter = Waiter(
            self.monotonic() + seconds, bell.ring, sleeps=not passive, alive=bell.is_awaited
        )
        await self._rung(bell, waiter)

    async def _stall(self, silence: Silence) -> None:
        bell = _Bell()
        await self._rung(bell, self._stalled(silence, bell.ring, bell.is_awaited))

    def _hold(self, silence: Silence) -> None:
        asleep, ended = _locked(), list[Exception]()

        def end(error: Exception) -> None:
            if not ended:
                ended.append(error)
                asleep.release()

        self.add(self._stalled(silence, end, lambda: not ended))
        asleep.acquire()
        self.check()
        raise ended[0]

    def _stalled(
        self, silence: Silence, end: Callable[[Exception], object], alive: Callable[[], bool]
    ) -> Waiter:
        """
        Return a waiter for a stalled answer. The waiter has no deadline.

        ``end`` is called when the stall must end, at the latest when the clock stops.
        """
        stall = Stalled(self.watch(silence), end, self.monotonic() + _LONGEST)
        return Waiter(
            math.inf, lambda: end(ConnectionAbortedError("over")), alive=alive, stall=stall
        )

    async def _rung(self, bell: _Bell, waiter: Waiter) -> None:
        self.add(waiter)
        try:
            await bell.rung
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
            elif not is_quiet(lambda: self._asked):
                self._look_at_stalls("busy")
            elif self._settling:
                self._settle()
            else:
                self._jump(asked)
        self._settle()

    def _until_due(self) -> float | None:
        """Return the real seconds until the next deadline; None if there is none."""
        earliest = min((waiter.deadline for waiter in self._waiters), default=math.inf)
        return None if math.isinf(earliest) else max(0.0, earliest - self.monotonic())

    def _settle(self) -> None:
        """Release the callers of ``advance``, because all other threads are at rest."""
        self.nudge()
        with self._changed:
            settled, self._settling = self._settling, []
        for unsettled in settled:
            unsettled.release()

    def _jump(self, asked: int) -> None:
        """Jump to the earliest deadline, unless the clock was called after ``asked`` was read."""
        with self._changed:
            waiters = [waiter for waiter in self._waiters if waiter.alive()]
            if asked != self._asked or not any(waiter.sleeps for waiter in waiters):
                return
            due = [*(waiter.deadline for waiter in waiters), *self.timers()]
            ahead = min(due) - self.monotonic()
        self._look_at_stalls("still" if math.isinf(ahead) else "overdue", due)
        if math.isinf(ahead):
            self._stand_still(asked, waiters)
        with self._changed:
            if asked != self._asked or not 0 < ahead < math.inf:
                return
            offset = self._offset + ahead + _JUST_AFTER
            self._offset = min(offset, LONGEST)
        self.jumped(ahead)
        if offset > self._max_virtual:
            self._run_away(
                f"virtual time ran {offset:.0f} s ahead, more than --cerebras-max-virtual "
                f"{self._max_virtual:.0f}: something sleeps in an endless loop ({self._latest()})"
            )
        self.nudge()

    def _stand_still(self, asked: int, waiters: Iterable[Waiter]) -> None:
        """
        Report runaway time if a thread sleeps endlessly and nothing has happened for a while.

        This does not apply while the mock stalls an answer, because the stall ends first. ``asked``
        is the number of calls to the clock, which stays the same while nothing happens.
        """
        now = real.monotonic()
        if any(waiter.stall is not None for waiter in waiters):
            self._still = None
        elif self._still is None or self._still[0] != asked:
            self._still = asked, now
        elif now - self._still[1] > _STANDSTILL:
            self._run_away(
                "virtual time would never stop, even at --cerebras-max-virtual: something sleeps "
                f"without end ({self._latest()}), and nothing else has happened for "
                f"{_STANDSTILL:g} s"
            )

    def _run_away(self, why: str) -> None:
        if self.error is None:
            self.error = RunawayError(why)
            self.ran_away()

    def _look_at_stalls(self, moment: Moment, due: Sequence[float] = ()) -> None:
        """End stalls that have lasted long enough; ``due`` are the deadlines of all other waits."""
        with self._changed:
            stalls = [waiter.stall for waiter in self._waiters if waiter.stall is not None]
        for stall in stalls:
            stall.look(moment, self.monotonic(), due)

    def _wake_due(self) -> bool:
        """Wake all waiters whose deadline has come, or every waiter if time has run away."""
        with self._changed:
            now = self.monotonic()
            due = [each for each in self._waiters if each.deadline <= now or self.error]
            self._waiters = [each for each in self._waiters if each not in due]
        for waiter in due:
            if self.error is not None and waiter.fail is not None:
                waiter.fail(RunawayError(*self.error.args))
            else:
                waiter.wake()
        return bool(due)

    def _latest(self) -> str:
        endless = [sleep for sleep in self.sleeps if math.isinf(sleep.seconds)]
        for last in (endless or self.sleeps)[-1:]:
            return f"last {last.via}({last.seconds:g}) in {last.thread}"
        return "the mock itself"


class _Bell:
    """Wakes a task from any thread, or raises an error in the task."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.rung: asyncio.Future[None] = self._loop.create_future()

    def is_awaited(self) -> bool:
        """Return whether the task still waits."""
        return not self.rung.done()

    def ring(self, error: Exception | None = None) -> None:
        """Wake the task."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._ring, error)

    def _ring(self, error: Exception | None) -> None:
        if self.is_awaited():
            self.rung.set_result(None) if error is None else self.rung.set_exception(error)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _locked() -> threading.Lock:
    """
    Return a lock to block on.

    An Event can't be used, because its ``wait`` runs on this clock.
    """
    lock = threading.Lock()
    lock.acquire()
    return lock
