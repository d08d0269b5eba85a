"""Gives a test its clock: real, scaled or virtual."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mockserver.edge.live import LiveEngine
from mockserver.edge.play.clock import Clock, ScaledClock
from mockserver.edge.server.threaded import ThreadedServer
from pytest_cerebras.clock import VirtualClock  # imported early, to save real functions
from pytest_cerebras.observe.completed_waits import CompletedWaits
from pytest_cerebras.observe.connections import Connections
from pytest_cerebras.observe.stall_watchdog import StallWatchdog

if TYPE_CHECKING:
    from pytest_cerebras.observe.caller_identity import Callers
    from pytest_cerebras.settings.options import Settings


def in_real_time(live: LiveEngine, time_scale: float | None, watchdog: StallWatchdog) -> None:
    """Give an engine the real clock or a faster one; the watchdog ends the stalls of the engine."""
    live.clock = Clock() if time_scale is None else ScaledClock(time_scale)
    live.clock.stall, live.clock.hold = watchdog.hold, watchdog.hold_thread


def unwatched(live: LiveEngine, time_scale: float | None, patience: float) -> None:
    """
    Run an engine in real time for clients whose connections are not watched.

    A stall ends after ``patience`` seconds if the client is known to have no time-out. If its
    time-out is known, the stall ends a minute after the time-out was due. If nothing is known, the
    stall ends after a minute or ``patience``, whichever is longer.
    """
    in_real_time(live, time_scale, StallWatchdog(Connections(), patience))


@contextmanager
def timed(
    live: LiveEngine,
    settings: Settings,
    server: ThreadedServer | None,
    watchdog: StallWatchdog,
    callers: Callers,
) -> Iterator[VirtualClock | None]:
    """
    Give the engine its clock. Yield that clock if it is virtual, else None.

    The thread of ``server`` keeps real time; ``server`` is None in respx mode. ``watchdog`` ends
    stalls. ``callers`` gets a function that returns the number of completed waits.
    """
    servers = frozenset({server.ident}) if server else frozenset[int]()
    try:
        if settings.clock == "virtual":
            from pytest_cerebras.clock.patches import installed

            limit = {} if settings.max_virtual is None else {"max_virtual": settings.max_virtual}
            live.clock = clock = VirtualClock(**limit)
            clock.watch = watchdog.watch
            callers.waits = lambda: len(clock.sleeps)
            with installed(clock, servers=servers, ports=server.ports if server else ()):
                yield clock
        else:
            in_real_time(live, settings.time_scale, watchdog)
            waits = CompletedWaits(servers)
            callers.waits = lambda: waits.count
            with waits.counted():
                yield None
    finally:
        watchdog.close()
        live.clock = Clock()
