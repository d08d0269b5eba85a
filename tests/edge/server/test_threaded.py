"""The server in a thread."""

from __future__ import annotations

import asyncio
import socket
import ssl
from threading import Event
from urllib.request import urlopen

import pytest

from mockserver.edge.live import LiveEngine
from mockserver.edge.server import threaded
from mockserver.edge.server.app import Site
from mockserver.edge.server.redirected import Redirect
from mockserver.edge.server.threaded import ThreadedServer


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


@pytest.mark.parametrize("error", [OSError, RuntimeError, SystemExit, asyncio.CancelledError])
def test_failure_to_start_is_raised(monkeypatch, error):
    """What goes wrong in the thread is raised where the server was started, whatever it is."""

    async def refuse(*_, **__):
        raise error("no port left")

    monkeypatch.setattr(Site, "start", refuse)
    server = ThreadedServer(LiveEngine())
    with pytest.raises(error):
        server.start()
    server._thread.join()


def test_failure_to_make_a_loop_is_raised(monkeypatch):
    """So is what goes wrong before anything runs."""

    def fail():
        raise RuntimeError("no sockets")

    monkeypatch.setattr(asyncio, "SelectorEventLoop", fail)
    with pytest.raises(RuntimeError, match="no sockets"):
        ThreadedServer(LiveEngine()).start()


@pytest.fixture
def impatient(monkeypatch):
    """Let the server have no time."""
    monkeypatch.setattr(threaded, "_PATIENCE", 0.01)


@pytest.mark.usefixtures("impatient")
def test_start_that_hangs(monkeypatch):
    """One that never comes to listen is given up."""
    going_on = Event()

    def hang():
        going_on.wait()
        raise RuntimeError("at last")

    monkeypatch.setattr(asyncio, "SelectorEventLoop", hang)
    server = ThreadedServer(LiveEngine())
    with pytest.raises(TimeoutError, match=r"did not listen within 0\.01 s"):
        server.start()
    going_on.set()
    server._thread.join()
    server.stop()


def test_stop_that_hangs(monkeypatch):
    """One that does not end is left running, with a warning; others end while nothing is said."""
    going_on, stop = Event(), Site.stop

    async def hang(site):
        going_on.wait()
        await stop(site)

    monkeypatch.setattr(Site, "stop", hang)
    server = ThreadedServer(LiveEngine())
    server.start()
    monkeypatch.setattr(threaded, "_PATIENCE", 0.01)
    with pytest.warns(ResourceWarning, match="left running"):
        server.stop()
    going_on.set()
    server._thread.join()


def test_loop_of_its_own(monkeypatch):
    """The server runs on asyncio's loop, whatever loops the app's policy makes."""
    uvloop = pytest.importorskip("uvloop")
    loops, start = [], Site.start

    async def observed(site, *args, **kwargs):
        loops.append(type(asyncio.get_running_loop()))
        return await start(site, *args, **kwargs)

    monkeypatch.setattr(Site, "start", observed)
    monkeypatch.setattr(asyncio.events, "_event_loop_policy", uvloop.EventLoopPolicy())
    with ThreadedServer(LiveEngine()):
        pass
    assert loops == [asyncio.SelectorEventLoop]


def test_begins_later():
    """A redirect may begin while the server runs; an open connection inside of TLS ends with it."""
    redirect = Redirect()
    trusting = ssl.create_default_context(cadata=redirect.authority.pem.decode())
    with ThreadedServer(LiveEngine()) as server:
        assert server.ports == (server.port,)
        server.begin(redirect)
        assert server.ports == (server.port, redirect.tls_port)
        with (
            socket.create_connection(("127.0.0.1", redirect.tls_port), 5) as raw,
            trusting.wrap_socket(raw, server_hostname="api.cerebras.ai") as client,
        ):
            client.sendall(b"GET /v1/tcp_warming HTTP/1.1\r\nhost: x\r\n\r\n")
            assert client.recv(12) == b"HTTP/1.1 200"
            server.stop()
            assert not server._thread.is_alive()
    with pytest.raises(RuntimeError, match="does not run"):
        ThreadedServer(LiveEngine()).begin(redirect)
