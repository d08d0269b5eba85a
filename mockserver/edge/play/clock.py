"""The mock's clock, which gives the time and waits."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from mockserver.core.units import LONGEST
from mockserver.journal import Exchange
from mockserver.plan import Plan

from .scaling import scaled
from .ticker import Ticker

_MOMENT = 0.02  # seconds; each longer wait has a separate timer


@dataclass(frozen=True, slots=True)
class Silence:
    """
    A client that will receive nothing more.

    ``port`` is the client's port on this machine, None for a client in process. ``exchange`` is the
    client's request with its answer, None for a connection that is never accepted.
    """

    port: int | None = None
    exchange: Exchange | None = None


class StallError(ConnectionError):
    """
    The clock has ended a stall, because the client has no time-out that would end it.

    ``who`` waited for ``seconds`` of real time. ``known`` is true if the client certainly has no
    time-out, and false if it may have one that has not been seen.
    """

    def __init__(self, who: str = "", seconds: float = 0.0, *, known: bool = True) -> None:
        self._lacks = " and this client has no time-out" if known else ", no time-out seen"
        super().__init__(self._lacks_in("the scenario"))
        self.who = who
        self.seconds = seconds

    def told(self, scenario: str, what: str) -> str:
        """Return a sentence for the user, including the remedy."""
        return (
            f"{self._lacks_in(f'the scenario {scenario!r}')}: {what}; {self.who} waited for "
            f"{self.seconds:.1f} s until the mock hung up; set a time-out, such as timeout=30"
        )

    def _lacks_in(self, scenario: str) -> str:
        return f"{scenario} stalls{self._lacks}"


class Clock:
    """
    Real time.

    ``now`` returns seconds since the epoch. The mock gets the time and waits only through its
    clock, so another clock gives the mock another kind of time. ``stall`` holds a client forever.
    ``hold`` raises StallError, because nothing could ever wake the calling thread. Both can be
    replaced, for example by functions that raise StallError after a while.
    """

    scale = 1.0
    """How many seconds pass on the client's clock during one second of this clock."""
    shared = False
    """Whether the client uses this clock too, so that the client's time-outs follow it."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self.now = now
        self._shown = now
        self._ahead = 0.0
        self._ticker: Ticker | None = None
        self.stall: Callable[[Silence], Awaitable[object]] = self._stall
        self.hold: Callable[[Silence], object] = self._hold

    def monotonic(self) -> float:
        """Return a time in seconds that never decreases, for deadlines."""
        return time.monotonic()

    async def until(self, deadline: float) -> None:
        """
        Wait on asyncio until ``monotonic()`` reaches the deadline.

        A short wait may last a tick longer; a stream makes up for the delay later. Even if the
        deadline has passed, other tasks get a turn.
        """
        ahead = deadline - self.monotonic()
        if ahead > _MOMENT:
            await self.wait(ahead)
        elif ahead <= 0:
            await asyncio.sleep(0)
        else:
            loop = asyncio.get_running_loop()
            if self._ticker is None or self._ticker.loop is not loop:
                self._ticker = Ticker(loop, self.monotonic)
            await self._ticker.until(deadline)

    async def wait(self, seconds: float, *, passive: bool = False) -> None:
        """
        Wait, on asyncio or trio; a wait of infinite ``seconds`` is a stall.

        A ``passive`` wait never makes a virtual clock skip ahead.
        """
        from anyio import sleep

        await sleep(seconds)

    async def _stall(self, silence: Silence) -> None:
        await self.wait(math.inf)

    def _hold(self, silence: Silence) -> None:
        raise StallError  # nothing could ever wake the thread

    def pause(self, seconds: float) -> None:
        """Wait in the calling thread, which belongs to a client without an event loop."""
        time.sleep(seconds)  # noqa: TID251 (only the clock waits)

    def advance(self, seconds: float) -> None:
        """
        Advance ``now`` by some seconds; waits that have begun are not shortened.

        Raises ValueError if ``now`` would be later than the latest possible date.
        """
        if self._ahead + seconds > LONGEST:
            raise ValueError("should leave the clock at most 36500d ahead")
        self._ahead += seconds
        self.now = lambda: self._shown() + self._ahead

    def announced(self, plan: Plan) -> Plan:
        """Return the plan with its announced waits converted to the client's seconds."""
        return plan

    def patience(self, seconds: float) -> float:
        """Convert a client's time-out of ``seconds`` to seconds of this clock."""
        return seconds


class ScaledClock(Clock):
    """
    A clock that runs faster than real time, for clients whose own clock can't be changed.

    Every wait that the mock announces or causes is multiplied by ``scale``, and limits refill
    faster accordingly. The times in the journal are not scaled.
    """

    def __init__(self, scale: float, now: Callable[[], float] = time.time) -> None:
        super().__init__(self._now)
        self._real = now
        self._begun = now()
        self.scale = scale

    def _now(self) -> float:
        return self._begun + (self._real() - self._begun) / self.scale

    def monotonic(self) -> float:
        """Return a time in seconds that increases faster than real time."""
        return super().monotonic() / self.scale

    async def wait(self, seconds: float, *, passive: bool = False) -> None:
        """Wait for ``seconds`` of this clock."""
        await super().wait(seconds * self.scale, passive=passive)

    def pause(self, seconds: float) -> None:
        """Wait in the calling thread for ``seconds`` of this clock."""
        super().pause(seconds * self.scale)

    def announced(self, plan: Plan) -> Plan:
        """Return the plan with its announced waits converted to the client's seconds."""
        return scaled(plan, self.scale, now=self._now())

    def patience(self, seconds: float) -> float:
        """Convert a client's time-out of ``seconds`` to seconds of this clock."""
        return seconds / self.scale
