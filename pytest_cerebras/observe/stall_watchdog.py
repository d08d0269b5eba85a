"""
Ends stalls that no time-out of the client will end, so that a run can't hang.

The length of a stall depends on what is known about the client's time-out. If the client has no
time-out, the stall ends soon. If a timer may be pending in the client's event loop, the stall lasts
until all timers of the loop have fired. If the time-out is known, the stall lasts until a minute
after the time-out was due. If nothing is known, the stall lasts at least a minute.
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
from pytest_cerebras.clock.waiters import Moment

from .connections import Connections
from .timers import Horizon, horizon_of, running

UNSEEN = 60.0
"""The least number of real seconds of a stall if the client's time-out is unknown."""
AT_STANDSTILL = 1.0
"""How many real seconds a stall lasts in virtual time when no event is scheduled at all."""
_LATE = 60.0  # real seconds by which a known time-out may be late
_AGAIN = 0.1  # real seconds between two checks of a stall
_HEADERS_SINCE = (1, 62)  # from this version on, SDKs for Python always send their time-out
_PARTS = 10  # checks of a stall in each period of ``seconds``


class StallWatchdog:
    """
    Watches the stalls of one test.

    ``seconds`` is the length of a stall in real time if the client is known to have no time-out.
    ``child_timeouts`` returns the time-outs that child processes recorded; each key is the port of
    a connection.
    """

    def __init__(self, connections: Connections, seconds: float) -> None:
        self.connections = connections
        self.seconds = seconds
        self.child_timeouts: Callable[[], Mapping[int, float | None]] = dict
        self.ended = False
        self._over = Event()

    def close(self) -> None:
        """End all remaining stalls, because the test is over."""
        self._over.set()

    def watch(self, silence: Silence) -> Callable[[Moment], StallError | None]:
        """
        Return a function that returns an error as soon as the stall must end.

        Until then, the function returns None.
        """
        return _Stall(self, silence).error

    async def hold(self, silence: Silence) -> None:
        """
        Stall a client in real time.

        Raises StallError when the stall must end, or ConnectionAbortedError when the test is over.
        """
        look = self.watch(silence)
        for pause in self._pauses():
            await sleep(pause)
            self._end(look)

    def hold_thread(self, silence: Silence) -> None:
        """Stall the calling thread, as ``hold`` stalls a task."""
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
    The client that waits.

    ``timeout`` is the time-out in seconds; infinity without a time-out, None if it is unknown.
    """

    who: str
    timeout: float | None = math.inf


class _Stall:
    """One stall, and its duration so far."""

    def __init__(self, watchdog: StallWatchdog, silence: Silence) -> None:
        self._watchdog = watchdog
        self._port = silence.port
        self._exchange = silence.exchange
        self._thread = current_thread().name
        self._loop = running() if silence.port is None else None
        self._horizon: Horizon | None = None
        self._next = 0.0
        self._begun = monotonic()
        self._was_here = self._is_here()

    def error(self, moment: Moment) -> StallError | None:
        """Return the error that ends the stall; None as long as the stall may last."""
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
        """Return how many seconds a stall lasts if the client certainly has no time-out."""
        if moment == "overdue" and self._is_here():
            return 0.0
        least = AT_STANDSTILL if moment == "still" else self._watchdog.seconds
        # after the first StallError, the test fails anyway, so further stalls end at once
        return min(least, _AGAIN) if self._watchdog.ended else least

    def _most(self, waiting: _Waiting, moment: Moment) -> float:
        if waiting.timeout is None:
            return max(UNSEEN, self._watchdog.seconds)
        if math.isinf(waiting.timeout):
            return self._least(moment)
        return waiting.timeout + _LATE

    def _is_here(self) -> bool:
        return self._port is None or self._watchdog.connections.home(self._port) is not None

    def _waiting(self, moment: Moment) -> _Waiting | None:
        """
        Return the client that waits.

        The result is None if the client's loop does not run, or has timers that may end the stall.
        """
        if self._port is None:
            return self._in_loop(self._loop, self._thread, moment)
        connections = self._watchdog.connections
        if (reading := connections.reading(self._port)) is not None:
            return _Waiting(_named(reading.thread), _seconds(reading.timeout))
        if (home := connections.home(self._port)) is None:
            return self._elsewhere(self._port)
        self._was_here = True
        if home.loop is None:  # the thread is busy, or waits for something else
            return _Waiting(_named(home.thread), None)
        return self._in_loop(home.loop, home.thread, moment)

    def _in_loop(self, loop: object | None, thread: str, moment: Moment) -> _Waiting | None:
        waiting = _Waiting(_named(thread))
        if loop is None or moment in ("still", "overdue"):  # no timer is left
            return waiting
        timeout = _timeout_of(self._exchange)
        if moment == "real" and timeout is not None and math.isfinite(timeout):
            return waiting._replace(timeout=timeout)
        if self._horizon is None:
            self._horizon = horizon_of(loop)
        return waiting if self._horizon.is_past() else None

    def _elsewhere(self, port: int) -> _Waiting:
        noted = self._watchdog.child_timeouts()
        if port in noted:
            return _Waiting("another process", _seconds(noted[port]))
        # if the connection was known, this process has closed it, and the server will soon notice
        timeout = None if self._was_here else _timeout_of(self._exchange)
        return _Waiting("another process", timeout)


def _named(thread: str) -> str:
    return "the test" if thread == main_thread().name else f"thread {thread!r}"


def _seconds(timeout: float | None) -> float:
    return math.inf if timeout is None else timeout


def _timeout_of(exchange: Exchange | None) -> float | None:
    """
    Return the time-out in seconds that an SDK states in its header fields.

    The result is infinity if the fields show that there is no time-out, and None if they don't show
    whether there is one. The time-out of an SDK for Node applies only until the head of the answer
    arrives.
    """
    fields = exchange.request.headers if exchange else {}
    stated = fields.get("x-stainless-read-timeout")
    if stated is None and fields.get("x-stainless-lang") == "python":
        return math.inf if _version(fields) >= _HEADERS_SINCE else None
    if stated is None and exchange is not None and exchange.status is None:
        stated = fields.get("x-stainless-timeout")
    try:
        seconds = float(stated or "")
    except ValueError:
        return None
    return seconds if 0 <= seconds < math.inf else None


def _version(fields: Mapping[str, str]) -> tuple[int, ...]:
    found = fields.get("x-stainless-package-version", "").split(".")[:2]
    return tuple(int(part) for part in found if part.isdecimal() and part.isascii())
