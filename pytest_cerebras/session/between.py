"""What the server plays between tests, for fixtures of a class, a module or the session."""

from __future__ import annotations

import pytest

from mockserver.edge.live import LiveEngine
from mockserver.edge.play.clock import Clock, ScaledClock
from pytest_cerebras.observe.connections import Connections
from pytest_cerebras.observe.stall_watchdog import StallWatchdog
from pytest_cerebras.settings import options


def resting(config: pytest.Config) -> LiveEngine:
    """Return an engine that plays the scenario of the run's settings. Raises UsageError."""
    live = LiveEngine()
    rest(live, config)
    return live


def rest(live: LiveEngine, config: pytest.Config) -> None:
    """
    Start the scenario of the run's settings on an engine, in real time.

    A stall ends after a minute, or well after the client's time-out if that is known.
    """
    settings = options.resolve(config)
    live.clock = Clock() if settings.time_scale is None else ScaledClock(settings.time_scale)
    # nothing watches the connections here, so the client of a stall is unknown
    watchdog = StallWatchdog(Connections(), settings.patience)
    live.clock.stall, live.clock.hold = watchdog.hold, watchdog.hold_thread
    live.retention = settings.retention()
    live.play(settings.loaded(), settings.overrides())
