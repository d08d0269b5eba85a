"""Turns the world towards the mock, for as long as a test has it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

import pytest

from mockserver.edge.live import LiveEngine
from mockserver.edge.server.threaded import ThreadedServer
from mockserver.verdicts.diagnosis import retirements
from pytest_cerebras import egress
from pytest_cerebras.observe.knocks import Knocks, knocking
from pytest_cerebras.observe.senders import Senders, told_apart
from pytest_cerebras.observe.stalls import Stalls
from pytest_cerebras.settings import options
from pytest_cerebras.settings.names import RETIRED

from .mock import REAL_URL, CerebrasMock
from .timing import timed

_STALL = 10.0  # seconds


class _Place(NamedTuple):
    """Where the mock answers, and what is seen there of its clients."""

    live: LiveEngine
    url: str
    knocks: Knocks
    senders: Senders
    server: ThreadedServer | None = None


@contextmanager
def activated(request: pytest.FixtureRequest) -> Iterator[CerebrasMock]:
    """Turn the world towards a mock for the duration of one test."""
    settings = options.resolved_for_test(request.node)
    with ExitStack() as stack:
        live, url, knocks, senders, server = stack.enter_context(_place(request, settings.mode))
        stalls = Stalls(senders.connections, settings.stall or _STALL)
        clock = stack.enter_context(timed(live, settings, server, stalls))
        live.retention = settings.retention()
        live.stalled.clear()
        live.budget = settings.budget()
        stack.callback(setattr, live, "budget", None)
        live.play(settings.loaded(), settings.overrides())
        watch = stack.enter_context(egress.guarded(mode=settings.mode, others=settings.others))
        senders.place = egress.place
        stalls.elsewhere, senders.connections.forked = watch.reads, egress.note_forked
        mock = CerebrasMock(live, url, settings, watch, knocks, clock)
        environment = stack.enter_context(pytest.MonkeyPatch.context())
        for name, value in mock.variables().items():
            environment.setenv(name, value)
        yield mock
        for sentence in retirements(live.journal, live.engine.edition):
            request.node.user_properties.append((RETIRED, sentence))
        if live.crashes:
            raise live.crashes[0]
        if untold := mock.untold():
            pytest.fail("\n".join(untold), pytrace=False)


@contextmanager
def _place(request: pytest.FixtureRequest, mode: str) -> Iterator[_Place]:
    if mode == "respx":
        from pytest_cerebras.transport.inprocess import intercepted

        live = LiveEngine()
        with intercepted(live) as (knocks, senders):
            yield _Place(live, REAL_URL, knocks, senders)
        return
    server = request.getfixturevalue("cerebras_mock_server")
    live = server.live
    with told_apart(live, server.port) as senders, knocking(live, server.port) as knocks:
        yield _Place(live, server.url, knocks, senders, server)
