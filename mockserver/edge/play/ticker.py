"""One timer for all who wait for a moment."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

TICK = 0.002
"""Seconds between two looks at who is due, when they are few."""
AT_ONCE = 16
"""How many are woken in one turn of the loop, so that a new request gets a turn in between."""
_PAUSE = 4e-5  # seconds for each that was woken, twice what a write takes: most time is for others


class Ticker:
    """
    The short waits of one event loop.

    A hundred streams that write every few milliseconds spend more on timers of their own than on
    what they write: a wait by the ticker costs a third. Nobody is woken early; ``monotonic`` is the
    clock by which they wait.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, monotonic: Callable[[], float]) -> None:
        self.loop = loop
        self._monotonic = monotonic
        self._waiting: list[tuple[float, asyncio.Future[None]]] = []
        self._ticking = False
        self._now = 0.0
        self._woken = 0

    async def until(self, deadline: float) -> None:
        """Wait until the clock shows the deadline."""
        waiter = self.loop.create_future()
        self._waiting.append((deadline, waiter))
        if not self._ticking:
            self._ticking = True
            self.loop.call_later(TICK, self._tick)
        await waiter

    def _tick(self) -> None:
        """Begin a round: whoever is due now is woken in it."""
        self._now, self._woken = self._monotonic(), 0
        self._ticking = bool(self._waiting)
        if self._ticking:
            self._wake()

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        woken = 0
        for deadline, waiter in waiting:
            if waiter.done():  # whoever waited was cancelled
                continue
            if deadline > self._now or woken == AT_ONCE:
                self._waiting.append((deadline, waiter))
            else:
                waiter.set_result(None)
                woken += 1
        self._woken += woken
        if woken == AT_ONCE:
            self.loop.call_soon(self._wake)
        else:
            self.loop.call_later(max(TICK, self._woken * _PAUSE), self._tick)
