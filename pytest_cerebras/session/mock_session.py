"""Activates the mock for a test, with its server, clock, guards and environment variables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from mockserver.journal.retired_models import retirements
from pytest_cerebras import egress
from pytest_cerebras.observe import subtests
from pytest_cerebras.observe.evidence_collector import EvidenceCollector
from pytest_cerebras.observe.stall_watchdog import StallWatchdog
from pytest_cerebras.settings import options
from pytest_cerebras.settings.names import BASE_URL, RETIRED

from .failure import told_of_path
from .mock import CerebrasMock
from .place import placed
from .timing import timed

_active: list[CerebrasMock] = []  # there is at most one item


def is_active() -> bool:
    """Return whether a mock is active for a test."""
    return bool(_active)


@contextmanager
def activated(request: pytest.FixtureRequest) -> Iterator[CerebrasMock]:
    """Activate a mock for one test, and undo everything afterwards."""
    settings = options.resolved_for_test(request.node)
    with ExitStack() as stack:
        place = stack.enter_context(placed(request, settings.mode))
        live = place.live
        watchdog = StallWatchdog(place.callers.connections, settings.patience)
        clock = stack.enter_context(timed(live, settings, place.server, watchdog, place.callers))
        live.retention = settings.retention()
        live.stalled = []
        live.budget = settings.request_limits()
        stack.callback(setattr, live, "budget", None)
        live.play(settings.as_played(settings.loaded()), settings.overrides())
        guard_log = stack.enter_context(
            egress.guarded(
                mode=settings.mode,
                others=settings.others,
                elsewhere=place.callers.lingering.reason_here,
            )
        )
        watchdog.child_timeouts = guard_log.reads
        place.callers.connections.forked = egress.note_forked
        collector = EvidenceCollector(request.node, place.url)
        stack.enter_context(collector.watching())
        place.callers.seen, place.callers.begun = collector.sees, collector.turn
        stack.enter_context(subtests.watched(live.begin_part))
        mock = stack.enter_context(
            _held(CerebrasMock(place, settings, guard_log, collector, clock))
        )
        environment = stack.enter_context(pytest.MonkeyPatch.context())
        for name, value in mock.variables().items():
            environment.setenv(name, value)
        yield mock
        for sentence in retirements(mock.journal, mock.engine.edition):
            request.node.user_properties.append((RETIRED, sentence))
        for sentence in dict.fromkeys(_told_of_paths(mock)):
            request.node.user_properties.append((BASE_URL, sentence))
        if live.crashes:
            raise live.crashes[0]
        if interventions := mock.new_interventions():
            pytest.fail("\n".join(interventions), pytrace=False)


def _told_of_paths(mock: CerebrasMock) -> Iterator[str]:
    told = (told_of_path(one, mock.engine.edition) for one in mock.journal.exchanges)
    return filter(None, told)


@contextmanager
def _held(mock: CerebrasMock) -> Iterator[CerebrasMock]:
    _active.append(mock)
    try:
        yield mock
    finally:
        _active.remove(mock)
        mock.end()
