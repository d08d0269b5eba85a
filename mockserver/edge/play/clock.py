"""The time that a mock lives in, and how it lets time pass."""

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

_MOMENT = 0.02  # seconds; longer waits have a timer of their own


@dataclass(frozen=True, slots=True)
class Silence:
    """
    A client to which nothing more will come.

    ``port`` is where it is connected, on this machine; None is for one in process. ``exchange`` is
    its request, None for a connect that nobody answers.
    """

    port: int | None = None
    exchange: Exchange | None = None


class StallError(ConnectionError):
    """
    A stall has been ended, since no time-out of the client will do so.

    ``who`` waited for so many real ``seconds``; ``known`` says whether it is known to have no
    time-out, or just none was seen.
    """

    def __init__(self, who: str = "", seconds: float = 0.0, *, known: bool = True) -> None:
        self._lacks = " and this client has no time-out" if known else ", no time-out seen"
        super().__init__(self._lacks_in("the scenario"))
        self.who = who
        self.seconds = seconds

    def told(self, scenario: str, what: str) -> str:
        """Return the sentence for the user, with the way out."""
        return (
            f"{self._lacks_in(f'the scenario {scenario!r}')}: {what}; {self.who} waited for "
            f"{self.seconds:.1f} s until the mock hung up: set a time-out, such as timeout=30"
        )

    def _lacks_in(self, scenario: str) -> str:
        return f"{scenario} stalls{self._lacks}"


class Clock:
    """
    Real time.

    ``now`` returns seconds since the epoch. All waits of the mock go through its clock, so that
    another kind of time is another clock and nothing else. ``stall`` holds a client for ever, and
    ``hold`` the calling thread, unless somebody puts a function there that raises StallError.
    """

    scale = 1.0
    """What a second takes on the clock of the client."""
    shared = False
    """Whether it is the clock of the client as well, whose time-outs run out by it."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self.now = now
        self._shown = now
        self._ahead = 0.0
        self._ticker: Ticker | None = None
        self.stall: Callable[[Silence], Awaitable[object]] = self._stall
        self.hold: Callable[[Silence], object] = self._hold

    def monotonic(self) -> float:
        """Return seconds that only ever grow, and with which deadlines are made."""
        return time.monotonic()

    async def until(self, deadline: float) -> None:
        """
        Wait until ``monotonic()`` shows the deadline, on asyncio.

        A wait for a moment may last a tick longer, which is what a stream can make up for; when the
        deadline has passed, others get their turn.
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
        Let so many seconds pass, on asyncio and trio; infinitely many are a stall.

        No kind of time should hurry for one that is only ``passive``.
        """
        from anyio import sleep

        await sleep(seconds)

    async def _stall(self, silence: Silence) -> None:
        await self.wait(math.inf)

    def _hold(self, silence: Silence) -> None:
        raise StallError  # nobody could ever wake the thread

    def pause(self, seconds: float) -> None:
        """Do the same for a client without an event loop, which is answered in its own thread."""
        time.sleep(seconds)  # noqa: TID251 (a player is what waits)

    def advance(self, seconds: float) -> None:
        """
        Put ``now`` ahead by so many seconds; who waits goes on waiting.

        Raises ValueError when it would be further ahead than dates reach.
        """
        if self._ahead + seconds > LONGEST:
            raise ValueError("should leave the clock at most 36500d ahead")
        self._ahead += seconds
        self.now = lambda: self._shown() + self._ahead

    def announced(self, plan: Plan) -> Plan:
        """Return the plan with its waits in the seconds that the client counts."""
        return plan

    def patience(self, seconds: float) -> float:
        """Return how long a client with this time-out waits, in seconds of this clock."""
        return seconds


class ScaledClock(Clock):
    """
    Time that runs faster, for clients whose own clock can't be reached.

    Every wait that the mock announces or causes takes ``scale`` of its time, and its limits refill
    as much faster; what it notes is in seconds as they would have been.
    """

    def __init__(self, scale: float, now: Callable[[], float] = time.time) -> None:
        super().__init__(self._now)
        self._real = now
        self._begun = now()
        self.scale = scale

    def _now(self) -> float:
        return self._begun + (self._real() - self._begun) / self.scale

    def monotonic(self) -> float:
        """Return seconds that grow faster than the real ones."""
        return super().monotonic() / self.scale

    async def wait(self, seconds: float, *, passive: bool = False) -> None:
        """Let so many seconds pass."""
        await super().wait(seconds * self.scale, passive=passive)

    def pause(self, seconds: float) -> None:
        """Let so many seconds pass for the calling thread."""
        super().pause(seconds * self.scale)

    def announced(self, plan: Plan) -> Plan:
        """Return the plan with its waits in the seconds that the client counts."""
        return scaled(plan, self.scale, now=self._now())

    def patience(self, seconds: float) -> float:
        """Return how long a client with this time-out waits, in seconds of this clock."""
        return seconds / self.scale
