"""Where the mock answers a test: a server, or the transports of httpx in process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import pytest

from mockserver.edge.live import LiveEngine
from mockserver.edge.server.threaded import ThreadedServer
from pytest_cerebras.observe.knocks import Knocks, knocking
from pytest_cerebras.observe.leftovers import Leftovers
from pytest_cerebras.observe.senders import Senders, told_apart

from . import serving
from .between import rest

REAL_URL = "https://api.cerebras.ai"


class Place(NamedTuple):
    """What answers at a URL, and what is seen there of its clients."""

    live: LiveEngine
    url: str
    knocks: Knocks
    senders: Senders
    server: ThreadedServer | None = None


@contextmanager
def placed(request: pytest.FixtureRequest, mode: str) -> Iterator[Place]:
    """Yield the place of a test; afterwards the server plays what it does between tests."""
    leftovers = Leftovers.at(request.node)
    if mode == "respx":
        from pytest_cerebras.transport.inprocess import intercepted

        live = LiveEngine()
        with intercepted(live, leftovers) as (knocks, senders):
            yield Place(live, REAL_URL, knocks, senders)
        return
    server = request.getfixturevalue("cerebras_mock_server")
    serving.check(server)
    live = server.live
    try:
        with (
            told_apart(live, server.port, leftovers) as senders,
            knocking(live, server.port, leftovers) as knocks,
        ):
            yield Place(live, server.url, knocks, senders, server)
    finally:
        rest(live, request.config)
