"""Turns the world towards the mock, for as long as a test has it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from mockserver.journal.retired_models import retirements
from pytest_cerebras import egress
from pytest_cerebras.observe import subtests
from pytest_cerebras.observe.stalls import Stalls
from pytest_cerebras.observe.witness import Witness
from pytest_cerebras.settings import options
from pytest_cerebras.settings.names import BASE_URL, RETIRED

from .failure import told_of_path
from .mock import CerebrasMock
from .place import placed
from .timing import timed

_active: list[CerebrasMock] = []  # there is at most one


def is_active() -> bool:
    """Return whether a test has a mock now."""
    return bool(_active)


@contextmanager
def activated(request: pytest.FixtureRequest) -> Iterator[CerebrasMock]:
    """Turn the world towards a mock for the duration of one test."""
    settings = options.resolved_for_test(request.node)
    with ExitStack() as stack:
        place = stack.enter_context(placed(request, settings.mode))
        live = place.live
        stalls = Stalls(place.senders.connections, settings.patience)
        clock = stack.enter_context(timed(live, settings, place.server, stalls, place.senders))
        live.retention = settings.retention()
        live.stalled = []
        live.budget = settings.budget()
        stack.callback(setattr, live, "budget", None)
        live.play(settings.loaded(), settings.overrides())
        watch = stack.enter_context(
            egress.guarded(
                mode=settings.mode,
                others=settings.others,
                elsewhere=place.senders.leftovers.reason_here,
            )
        )
        stalls.elsewhere = watch.reads
        place.senders.connections.forked = egress.note_forked
        witness = Witness(request.node, place.url)
        stack.enter_context(witness.watching())
        place.senders.seen, place.senders.begun = witness.sees, witness.turn
        stack.enter_context(subtests.told(live.begin_part))
        mock = stack.enter_context(_held(CerebrasMock(place, settings, watch, witness, clock)))
        environment = stack.enter_context(pytest.MonkeyPatch.context())
        for name, value in mock.variables().items():
            environment.setenv(name, value)
        yield mock
        for sentence in retirements(mock.journal, mock.engine.edition):
            request.node.user_properties.append((RETIRED, sentence))
        for sentence in dict.fromkeys(map(told_of_path, mock.journal.exchanges)):
            if sentence:
                request.node.user_properties.append((BASE_URL, sentence))
        if live.crashes:
            raise live.crashes[0]
        if untold := mock.untold():
            pytest.fail("\n".join(untold), pytrace=False)


@contextmanager
def _held(mock: CerebrasMock) -> Iterator[CerebrasMock]:
    _active.append(mock)
    try:
        yield mock
    finally:
        _active.remove(mock)
        mock.end()
