"""The time that a mock lives in, and how it lets time pass."""

from __future__ import annotations

import time
from collections.abc import Callable


class Clock:
    """
    Real time.

    ``now`` returns seconds since the epoch. All waits of the mock go through its clock, so that
    another kind of time is another clock and nothing else.
    """

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self.now = now

    async def wait(self, seconds: float) -> None:
        """Let so many seconds pass, on asyncio and trio; infinitely many are a stall."""
        from anyio import sleep

        await sleep(seconds)

    def pause(self, seconds: float) -> None:
        """Do the same for a client without an event loop, which is answered in its own thread."""
        time.sleep(seconds)  # noqa: TID251 (a player is what waits)
