"""One timer for all who wait for a moment."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

TICK = 0.002
"""Seconds between two looks at who is due."""


class Ticker:
    """
    The short waits of one event loop.

    A hundred streams that write every few milliseconds spend more on timers of their own than on
    what they write: a wait by the ticker costs a third. All that are due are woken together, at
    most a tick late, and never early; ``monotonic`` is the clock by which they wait.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, monotonic: Callable[[], float]) -> None:
        self.loop = loop
        self._monotonic = monotonic
        self._waiting: list[tuple[float, asyncio.Future[None]]] = []
        self._ticking = False

    async def until(self, deadline: float) -> None:
        """Wait until the clock shows the deadline."""
        woken = self.loop.create_future()
        self._waiting.append((deadline, woken))
        if not self._ticking:
            self._ticking = True
            self.loop.call_later(TICK, self._tick)
        await woken

    def _tick(self) -> None:
        now = self._monotonic()
        waiting, self._waiting = self._waiting, []
        for deadline, woken in waiting:
            if woken.done():  # whoever waited was cancelled
                continue
            if deadline <= now:
                woken.set_result(None)
            else:
                self._waiting.append((deadline, woken))
        self._ticking = bool(waiting)  # who was woken will soon wait again
        if self._ticking:
            self.loop.call_later(TICK, self._tick)
