"""The port, knocked at by sockets."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from contextlib import closing
from functools import partial
from queue import SimpleQueue

import pytest

from mockserver.edge.live import LiveEngine
from mockserver.edge.play.clock import Clock
from mockserver.edge.server import port
from mockserver.edge.server.app import Site
from mockserver.edge.server.threaded import ThreadedServer
from mockserver.scenario import Port, Scenario, Window

MINUTE = Window(after=60, lasting=60)
LOST = {"refuses": ConnectionRefusedError, "ignores": TimeoutError}
broken = pytest.mark.parametrize("how", LOST)


class Hand(Clock):
    """Time that a test moves on by hand, for one who waits."""

    def __init__(self):
        super().__init__(lambda: self.at)
        self.at = 1.8e9
        self.waiting = SimpleQueue()

    async def wait(self, seconds, *, passive=False):
        """Wait for ``move``."""
        woken = asyncio.Event()
        wake = partial(asyncio.get_running_loop().call_soon_threadsafe, woken.set)
        self.waiting.put((self.at + seconds, wake))
        await woken.wait()

    def move(self, seconds):
        """Let time pass, as soon as somebody waits for it to."""
        until, wake = self.waiting.get(timeout=5)
        self.at += seconds
        assert until <= self.at
        wake()


@pytest.fixture
def clock():
    """Return the clock of ``site``."""
    return Hand()


@pytest.fixture
def site(clock):
    """Yield a running server."""
    with ThreadedServer(LiveEngine(clock=clock)) as running:
        yield running


@pytest.fixture
def knock(site):
    """Return a function that says how a connect ends, and what a request is answered by."""

    def connect(request=b""):
        try:
            with closing(socket.create_connection(("127.0.0.1", site.port), 0.1)) as connection:
                if request:
                    connection.settimeout(5)
                    connection.sendall(request)
                    return connection.recv(65536)[:15]
                return None
        except OSError as error:
            return type(error)

    return connect


def until(knock, end):
    """Knock until it ends so; a window is seen to a little after the clock has moved."""
    while knock() is not end:
        pass


def test_late_loop(site, knock, monkeypatch):
    """A port ignores connects also where the loop was too late to see its own ones succeed."""
    monkeypatch.setattr(port, "_KNOCK_SECONDS", 0)
    site.live.play(Scenario("down", port=Port(ignores=Window())))
    assert knock() is LOST["ignores"]


@broken
def test_from_the_start(site, knock, raw_request, how):
    """A window that opens at once has opened when ``play`` returns, and the next one closes it."""
    for _ in range(2):
        site.live.play(Scenario("down", port=Port(**{how: Window()})))
        assert knock() is LOST[how]
        assert site.live.journal.exchanges == []
        site.live.play("healthy")
        assert knock(raw_request()) == b"HTTP/1.1 200 OK"


@broken
def test_windows(site, clock, knock, raw_request, how):
    """A window opens and closes in its time, more than once."""
    port = Port(**{how: Window(after=60, lasting=60, repeat=100)})
    site.live.play(Scenario("down", port=port))
    assert knock(raw_request()) == b"HTTP/1.1 200 OK"
    for closed in (60, 40):
        clock.move(closed)
        until(knock, LOST[how])
        clock.move(60)
        until(knock, None)
        assert knock(raw_request()) == b"HTTP/1.1 200 OK"


def test_one_after_the_other(site, clock, knock):
    """One window may follow at the heels of another."""
    port = Port(refuses=MINUTE, ignores=Window(lasting=600))
    site.live.play(Scenario("down", port=port))
    assert knock() is TimeoutError
    clock.move(60)
    until(knock, ConnectionRefusedError)
    clock.move(60)
    until(knock, TimeoutError)
    clock.move(480)
    until(knock, None)


@broken
def test_nobody_else_gets_it(site, how):
    """The number of a port that is out of order stays ours."""
    site.live.play(Scenario("down", port=Port(**{how: Window()})))
    with closing(socket.socket()) as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with pytest.raises(OSError, match=os.strerror(errno.EADDRINUSE)):
            other.bind(("127.0.0.1", site.port))


def test_a_connect_that_is_patient(site, raw_request):
    """Who goes on knocking gets through when the window closes."""
    site.live.play(Scenario("down", port=Port(ignores=Window())))
    with closing(socket.socket()) as patient:
        patient.settimeout(0)
        patient.connect_ex(("127.0.0.1", site.port))
        site.live.play("healthy")
        patient.settimeout(5)
        while patient.connect_ex(("127.0.0.1", site.port)):
            pass
        patient.sendall(raw_request())
        assert patient.recv(65536).startswith(b"HTTP/1.1 200 OK")


def test_kept_connections(site, raw_request):
    """A connection that is kept alive is closed when a window opens."""
    with closing(socket.create_connection(("127.0.0.1", site.port), 5)) as connection:
        connection.sendall(raw_request(path="/v1/nowhere", connection="keep-alive"))
        assert connection.recv(65536).startswith(b"HTTP/1.1 404")
        site.live.play(Scenario("down", port=Port(refuses=Window())))
        assert connection.recv(1) == b""


def test_started_in_a_window(clock):
    """A server that starts with such a scenario has its number, and no ear."""
    live = LiveEngine(Scenario("down", port=Port(refuses=MINUTE)), clock=clock)
    clock.at += 61
    with ThreadedServer(live) as site, pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", site.port), 1)


@pytest.mark.parametrize("how", ["breaks_tls"])
def test_without_tls(site, knock, how):
    """Where there is no TLS, none can be broken."""
    site.live.play(Scenario("down", port=Port(**{how: Window()})))
    assert knock() is None


def test_followed_in_its_own_thread():
    """A scenario may be started by the event loop of the server itself."""

    async def connect(host, port):
        try:
            _, writer = await asyncio.open_connection(host, int(port))
            writer.close()
        except OSError as error:
            return type(error)

    async def run():
        site = Site(LiveEngine())
        await site.start()
        host, port = site.url.removeprefix("http://").split(":")
        site.live.play(Scenario("down", port=Port(refuses=Window())))
        await asyncio.sleep(0)
        site.live.play("healthy")
        site.live.play(Scenario("down", port=Port(refuses=Window())))
        while await connect(host, port) is not ConnectionRefusedError:
            pass
        await site.stop()

    asyncio.run(run())


@broken
def test_stops_in_a_window(clock, how):
    """A server can be stopped while its port is out of order, and another have the number."""
    with ThreadedServer(LiveEngine(clock=clock)) as site:
        site.live.play(Scenario("down", port=Port(**{how: Window()})))
    assert site.live.followers == []
    with closing(socket.socket()) as other:
        other.bind(("127.0.0.1", site.port))
