"""
Ends stalls that no time-out of the client will end, so that a run can't hang for ever.

What is known of a client's time-out decides for how long a stall is let last: known to be none, one
that may be running in its event loop, a number of seconds, or nothing at all.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from itertools import repeat
from threading import Event, current_thread, main_thread
from time import monotonic
from typing import NamedTuple

from anyio import sleep

from mockserver.edge.play.clock import Silence, StallError
from mockserver.journal import Exchange
from pytest_cerebras.clock.virtual import Moment

from .connections import Connections
from .timers import Horizon, horizon_of, running

UNSEEN = 60.0
"""Real seconds for a client of which nothing is known."""
AT_STANDSTILL = 1.0
"""Real seconds if in virtual time, too, nothing will ever happen to anybody."""
_LATE = 60.0  # real seconds by which a known time-out may be late
_AGAIN = 0.1  # real seconds until the next look
_HEADERS_SINCE = (1, 62)  # the version since which SDKs for Python always tell their time-out
_PARTS = 10  # of the patience, in which what is not known yet is looked for again


class StallWatchdog:
    """
    The stalls of one test.

    ``seconds`` is how long one lasts in real time, if the client is known to have no time-out.
    ``child_timeouts`` returns the time-outs of other processes by their ports, where they have
    noted them.
    """

    def __init__(self, connections: Connections, seconds: float) -> None:
        self.connections = connections
        self.seconds = seconds
        self.child_timeouts: Callable[[], Mapping[int, float | None]] = dict
        self.ended = False
        self._over = Event()

    def close(self) -> None:
        """End all that is still held: the test is over."""
        self._over.set()

    def watch(self, silence: Silence) -> Callable[[Moment], StallError | None]:
        """Return a function that says, moment by moment, whether a stall is to be ended."""
        return _Stall(self, silence).error

    async def hold(self, silence: Silence) -> None:
        """Hold a client in real time. Raises StallError, or ConnectionAbortedError at the end."""
        look = self.watch(silence)
        for pause in self._pauses():
            await sleep(pause)
            self._end(look)

    def hold_thread(self, silence: Silence) -> None:
        """Do the same with the calling thread."""
        look = self.watch(silence)
        for pause in self._pauses():
            self._over.wait(pause)
            self._end(look)

    def _pauses(self) -> Iterator[float]:
        yield _AGAIN if self.ended else self.seconds
        yield from repeat(min(1.0, self.seconds / _PARTS))

    def _end(self, look: Callable[[Moment], StallError | None]) -> None:
        if self._over.is_set():
            raise ConnectionAbortedError("the test is over")
        if error := look("real"):
            raise error


class _Waiting(NamedTuple):
    """
    Who waits, and what is known of its patience.

    ``timeout`` is how many seconds it may wait, infinity for ever; None when nobody knows.
    """

    who: str
    timeout: float | None = math.inf


class _Stall:
    """One stall, and for how long it has lasted."""

    def __init__(self, watchdog: StallWatchdog, silence: Silence) -> None:
        self._watchdog = watchdog
        self._port = silence.port
        self._exchange = silence.exchange
        self._thread = current_thread().name
        self._loop = running() if silence.port is None else None
        self._horizon: Horizon | None = None
        self._next = 0.0
        self._begun = monotonic()

    def error(self, moment: Moment) -> StallError | None:
        """Return what ends the stall now; None as long as it may last."""
        waited = monotonic() - self._begun
        if waited < max(self._least(moment), self._next):
            return None
        self._next = waited + _AGAIN
        waiting = self._waiting(moment)
        if waiting is None or waited < self._most(waiting, moment):
            return None
        self._watchdog.ended = True
        return StallError(waiting.who, waited, known=waiting.timeout is not None)

    def _least(self, moment: Moment) -> float:
        """Return the seconds that a client gets that will certainly wait for ever."""
        if moment == "overdue" and self._is_here():
            return 0.0
        least = AT_STANDSTILL if moment == "still" else self._watchdog.seconds
        return min(least, _AGAIN) if self._watchdog.ended else least  # the test has failed anyway

    def _most(self, waiting: _Waiting, moment: Moment) -> float:
        if waiting.timeout is None:
            return max(UNSEEN, self._watchdog.seconds)
        if math.isinf(waiting.timeout):
            return self._least(moment)
        return waiting.timeout + _LATE

    def _is_here(self) -> bool:
        return self._port is None or self._watchdog.connections.home(self._port) is not None

    def _waiting(self, moment: Moment) -> _Waiting | None:
        """Return who waits; None for one whose loop does not run, or may yet end it by a timer."""
        if self._port is None:
            return self._in_loop(self._loop, self._thread, moment)
        connections = self._watchdog.connections
        if (reading := connections.reading(self._port)) is not None:
            return _Waiting(_named(reading.thread), _seconds(reading.timeout))
        if (home := connections.home(self._port)) is None:
            return self._elsewhere(self._port)
        if home.loop is None:  # the thread does something else, or waits in a way of its own
            return _Waiting(_named(home.thread), None)
        return self._in_loop(home.loop, home.thread, moment)

    def _in_loop(self, loop: object | None, thread: str, moment: Moment) -> _Waiting | None:
        waiting = _Waiting(_named(thread))
        if loop is None or moment in ("still", "overdue"):  # no timer will ever come
            return waiting
        timeout = _timeout_of(self._exchange)
        if moment == "real" and timeout is not None and math.isfinite(timeout):
            return waiting._replace(timeout=timeout)
        if self._horizon is None:
            self._horizon = horizon_of(loop)
        return waiting if self._horizon.is_past() else None

    def _elsewhere(self, port: int) -> _Waiting:
        noted = self._watchdog.child_timeouts()
        timeout = _seconds(noted[port]) if port in noted else _timeout_of(self._exchange)
        return _Waiting("another process", timeout)


def _named(thread: str) -> str:
    return "the test" if thread == main_thread().name else f"thread {thread!r}"


def _seconds(timeout: float | None) -> float:
    return math.inf if timeout is None else timeout


def _timeout_of(exchange: Exchange | None) -> float | None:
    """
    Return the time-out that an SDK tells in its header fields, infinity for none.

    None where they tell nothing. What an SDK for Node tells holds until the head has come.
    """
    fields = exchange.request.headers if exchange else {}
    told = fields.get("x-stainless-read-timeout")
    if told is None and fields.get("x-stainless-lang") == "python":
        return math.inf if _version(fields) >= _HEADERS_SINCE else None
    if told is None and exchange is not None and exchange.status is None:
        told = fields.get("x-stainless-timeout")
    try:
        seconds = float(told or "")
    except ValueError:
        return None
    return seconds if 0 <= seconds < math.inf else None


def _version(fields: Mapping[str, str]) -> tuple[int, ...]:
    found = fields.get("x-stainless-package-version", "").split(".")[:2]
    return tuple(int(part) for part in found if part.isdecimal() and part.isascii())
