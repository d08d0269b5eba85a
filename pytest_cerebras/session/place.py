"""Where the mock answers a test: a server, or the transports of httpx in process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import pytest

from mockserver.edge.live import LiveEngine
from mockserver.edge.server.threaded import ThreadedServer
from pytest_cerebras.observe.caller_identity import Callers, identified_callers
from pytest_cerebras.observe.lingering_work import LingeringWork
from pytest_cerebras.observe.refused_connects import RefusedConnects, counting_refused

from . import serving
from .between import rest

REAL_URL = "https://api.cerebras.ai"


class Place(NamedTuple):
    """The engine that answers at a URL, and the observers of its clients."""

    live: LiveEngine
    url: str
    refused: RefusedConnects
    callers: Callers
    server: ThreadedServer | None = None


@contextmanager
def placed(request: pytest.FixtureRequest, mode: str) -> Iterator[Place]:
    """Yield the place of a test. Afterwards, the server plays the scenario between tests again."""
    lingering = LingeringWork.at(request.node)
    if mode == "respx":
        from pytest_cerebras.transport.inprocess import intercepted

        live = LiveEngine()
        with intercepted(live, lingering) as (refused, callers):
            yield Place(live, REAL_URL, refused, callers)
        return
    server = request.getfixturevalue("cerebras_mock_server")
    serving.check(server)
    live = server.live
    try:
        with (
            identified_callers(live, server.port, lingering) as callers,
            counting_refused(live, server.port, lingering) as refused,
        ):
            yield Place(live, server.url, refused, callers, server)
    finally:
        rest(live, request.config)
