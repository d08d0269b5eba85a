"""The waiters of the clock: threads and tasks that wait, and answers that the mock stalls."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from mockserver.edge.play.clock import StallError

Moment: TypeAlias = Literal["real", "busy", "overdue", "still"]
"""
The circumstances in which a stall is checked. ``real``: time is real. The other three occur only in
virtual time. ``busy``: other threads are at work. ``overdue``: every event that could have ended
the stall has passed. ``still``: no event is scheduled at all.
"""
Look: TypeAlias = Callable[[Moment], StallError | None]


@dataclass(slots=True, eq=False)
class Waiter:
    """
    A thread or task that waits until a ``deadline``, in seconds of the virtual monotonic clock.

    ``sleeps`` is true if the waiter only waits for time to pass, so that time may jump to its
    deadline. It is false for a read or lock with a time-out, which only limits how far a jump may
    go. ``wake`` is called once, when the deadline is reached. A ``stall`` is checked repeatedly.
    """

    deadline: float
    wake: Callable[[], object]
    sleeps: bool = True
    alive: Callable[[], bool] = lambda: True
    fail: Callable[[BaseException], object] | None = None
    stall: Stalled | None = None


@dataclass(slots=True, eq=False)
class Stalled:
    """
    A stalled answer.

    ``error`` returns the error that ``end`` should raise; None while the stall may last.

    The client may still end the stall itself, by a time-out that the clock can't see. So a stall
    becomes overdue only after ``until``. When all threads first come to rest, ``until`` is moved to
    the last deadline that is scheduled, if that is later.
    """

    error: Look
    end: Callable[[Exception], object]
    until: float
    _is_settled: bool = False

    def look(self, moment: Moment, now: float, due: Sequence[float]) -> None:
        """End the stall if its time has come."""
        if due and not self._is_settled:
            self._is_settled = True
            self.until = max((self.until, *filter(math.isfinite, due)))
        if moment == "overdue" and now <= self.until:
            moment = "busy"
        if error := self.error(moment):
            self.end(error)
