"""The server in a thread."""

from __future__ import annotations

import asyncio
import sys
from urllib.request import urlopen

import pytest

from mockserver.edge.live import LiveEngine
from mockserver.edge.server.app import Site
from mockserver.edge.server.threaded import ThreadedServer, loop_factory


def test_runs_for_the_block():
    """It answers inside the block, and its thread is gone after it."""
    with ThreadedServer(LiveEngine()) as server, urlopen(f"{server.url}/v1/tcp_warming") as answer:
        assert answer.status == 200
    assert not server._thread.is_alive()
    server.stop()


def test_binds_to_loopback_only():
    """No other machine can reach it."""
    with ThreadedServer(LiveEngine()) as server:
        assert server.url.startswith("http://127.0.0.1:")


def test_failure_to_start_is_raised(monkeypatch):
    """What goes wrong in the thread is raised where the server was started."""

    async def refuse(*_):
        raise OSError("no port left")

    monkeypatch.setattr(Site, "start", refuse)
    with pytest.raises(OSError, match="no port left"):
        ThreadedServer(LiveEngine()).start()


def test_loop_without_uvloop(monkeypatch):
    """Without the speed extra the loop is asyncio's own."""
    monkeypatch.setitem(sys.modules, "uvloop", None)
    assert loop_factory() is asyncio.new_event_loop
