"""Where the mock answers a test's requests: in a server, or in this process's httpx transports."""

from __future__ import annotations

import threading
from collections.abc import Container, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from types import MappingProxyType
from typing import NamedTuple
from weakref import WeakSet

import pytest

from mockserver.edge.live import LiveEngine
from mockserver.edge.server.threaded import ThreadedServer
from pytest_cerebras.egress import turning
from pytest_cerebras.egress.ca_bundle import loaded_when_used
from pytest_cerebras.observe.caller_identity import Callers, identified_callers
from pytest_cerebras.observe.lingering_work import LingeringWork
from pytest_cerebras.observe.refused_connects import RefusedConnects, counting_refused

from . import serving

REAL_URL = "https://api.cerebras.ai"
_OLDER = pytest.StashKey[Container[Thread]]()


class Place(NamedTuple):
    """
    The engine that answers at a URL, and the observers of its clients.

    ``variables`` point other processes to the mock.
    """

    live: LiveEngine
    url: str
    refused: RefusedConnects
    callers: Callers
    server: ThreadedServer | None = None
    variables: Mapping[str, str] = MappingProxyType({})


def note_older(item: pytest.Item) -> None:
    """Record the threads that exist before a test is set up."""
    item.stash[_OLDER] = WeakSet(threading.enumerate())


@contextmanager
def placed(request: pytest.FixtureRequest, mode: str) -> Iterator[Place]:
    """Yield the place of a test; afterwards, let the server play the scenario of the run again."""
    lingering = LingeringWork(request.node.nodeid, request.node.stash.get(_OLDER, ()))
    if mode == "respx":
        from pytest_cerebras.transport.inprocess import intercepted

        live = LiveEngine()
        with loaded_when_used(), intercepted(live, lingering) as (refused, callers):
            yield Place(live, REAL_URL, refused, callers)
        return
    server = request.getfixturevalue("cerebras_mock_server")
    serving.check(server)
    live = server.live
    try:
        with loaded_when_used(), ExitStack() as stack:
            variables: Mapping[str, str] = {}
            if mode == "redirect":
                folder = stack.enter_context(TemporaryDirectory(prefix="cerebras-mock-"))
                turn = serving.turning(server, Path(folder))
                stack.enter_context(turning.turned(turn))
                variables = turning.variables(turn)
            callers = stack.enter_context(identified_callers(live, server.ports, lingering))
            refused = stack.enter_context(counting_refused(live, server.ports, lingering))
            yield Place(live, server.url, refused, callers, server, variables)
    finally:
        serving.rest(live, request.config)
