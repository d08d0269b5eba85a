"""What the server plays while no test has it, for fixtures of a class, a module or the session."""

from __future__ import annotations

import pytest

from mockserver.edge.live import LiveEngine
from mockserver.edge.play.clock import Clock, ScaledClock
from pytest_cerebras.observe.connections import Connections
from pytest_cerebras.observe.stall_watchdog import StallWatchdog
from pytest_cerebras.settings import options


def resting(config: pytest.Config) -> LiveEngine:
    """Return an engine that does so. Raises UsageError."""
    live = LiveEngine()
    rest(live, config)
    return live


def rest(live: LiveEngine, config: pytest.Config) -> None:
    """
    Let an engine play, from the beginning, what the settings of the run say, in real time.

    A stall ends after a minute, or when the client's known time-out is long over.
    """
    settings = options.resolve(config)
    live.clock = Clock() if settings.time_scale is None else ScaledClock(settings.time_scale)
    # the connections are not watched, so the other end of a stall is unknown
    watchdog = StallWatchdog(Connections(), settings.patience)
    live.clock.stall, live.clock.hold = watchdog.hold, watchdog.hold_thread
    live.retention = settings.retention()
    live.play(settings.loaded(), settings.overrides())
