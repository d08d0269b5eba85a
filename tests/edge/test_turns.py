"""One connection in one event loop: what happens in which turn of it."""

from __future__ import annotations

import asyncio

import pytest

from mockserver.edge.live import LiveEngine
from mockserver.edge.server.app import Site
from mockserver.edge.server.connection import Connection, Server
from mockserver.faults import Huge, Latency
from mockserver.scenario import Rule, Scenario


class Transport(asyncio.Transport):
    """What a connection writes on, and nobody reads from."""

    def __init__(self):
        super().__init__()
        self.written = b""
        self.closed = False
        self.reading = True

    def pause_reading(self):
        """Read no more."""
        self.reading = False

    def resume_reading(self):
        """Read on."""
        self.reading = True

    def write(self, data):
        """Keep it."""
        self.written += data

    def is_closing(self):
        """Whether it is closed."""
        return self.closed

    def close(self):
        """Close it."""
        self.closed = True

    abort = close


@pytest.fixture
def play(asking):
    """Return a function that hands a connection, which knows a head, to a test."""

    def run(test):
        async def play():
            live = LiveEngine()
            connection = Connection(Server(live, Site(live)._answer))
            transport = Transport()
            connection.connection_made(transport)
            connection.data_received(asking())
            for _ in range(20):
                await asyncio.sleep(0)
            assert transport.written
            transport.written = b""
            await test(live, connection, transport)
            if not transport.closed:
                connection.connection_lost(None)

        asyncio.run(play())

    return run


def test_at_once(play, asking):
    """The answer is written at the end of the turn, and the connection kept longer."""

    async def test(live, connection, transport):
        closes = connection._next_keepalive_close_time
        connection.data_received(asking("ho"))
        assert live.journal.exchanges[-1].finished
        await asyncio.sleep(0)
        assert transport.written.endswith(b"\r\n0\r\n\r\n")
        assert connection._next_keepalive_close_time > closes

    play(test)


def test_a_client_that_does_not_read(play, asking):
    """While writing is paused, answers wait in aiohttp's way instead of filling the memory."""

    async def test(live, connection, transport):
        connection.pause_writing()
        connection.data_received(asking("ho"))
        assert not transport.written
        assert live.journal.count == 1

    play(test)


SLOW = Scenario("slow", rules=(Rule(faults=(Latency(0.001),)),))
STILL = Scenario("still", rules=(Rule(faults=(Latency(9),)),))


@pytest.mark.parametrize("begun", [0, 3])
def test_a_client_that_leaves(play, asking, begun):
    """One that is gone while its answer waits has left, and that is noted."""

    async def test(live, connection, transport):
        live.play(STILL)
        connection.data_received(asking("ho"))
        for _ in range(begun):
            await asyncio.sleep(0)
        connection.connection_lost(None)
        transport.close()
        [exchange] = live.journal
        assert exchange.client_left
        assert exchange.finished

    play(test)


def test_a_client_that_reads_slowly(play, asking):
    """A long answer is over when it has been read, but for what the kernel holds."""

    async def test(live, connection, transport):
        live.play(Scenario("huge", rules=(Rule(faults=(Huge(bytes=100_000),)),)))
        connection.data_received(asking("ho"))
        connection.pause_writing()
        for _ in range(3):
            await asyncio.sleep(0)
        [exchange] = live.journal
        assert len(transport.written) > 100_000
        assert not exchange.finished
        connection.resume_writing()
        await connection._playing
        assert exchange.finished
        assert not exchange.client_left

    play(test)


def test_more_than_can_be_held(play, asking):
    """Who sends on and on while an answer waits is not read until it is out."""

    async def test(live, connection, transport):
        live.play(SLOW)
        connection.data_received(asking("ho"))
        connection.data_received(b"x" * 65536)
        assert transport.reading
        connection.data_received(b"x")
        assert not transport.reading
        await connection._playing
        assert transport.reading
        assert b"\r\n0\r\n\r\n" in transport.written

    play(test)


def test_an_error_in_the_middle(play, asking, caplog):
    """An error of the mock while it plays ends the connection, and is noted."""

    async def test(live, connection, transport):
        live.play(SLOW)
        live.clock.until = lambda _: 1 / 0
        connection.data_received(asking("ho"))
        await asyncio.sleep(0)
        assert transport.closed
        assert [type(crash) for crash in live.crashes] == [ZeroDivisionError]

    play(test)
    assert [record.getMessage() for record in caplog.records] == ["an answer could not be played"]


def test_a_long_stall(play, asking):
    """However long an answer takes, the connection is not idle, and is again when it is over."""

    async def test(live, connection, transport):
        live.play(SLOW)
        connection.data_received(asking("ho"))
        await asyncio.sleep(0)
        assert connection._next_keepalive_close_time > connection._loop.time() + 1e8
        await connection._playing
        assert connection._next_keepalive_close_time < connection._loop.time() + 1e8
        assert not transport.closed

    play(test)


def test_leaving_in_the_middle(play, asking):
    """A connection that is to be closed lets its answer end, and reads nothing more."""

    async def test(live, connection, transport):
        live.play(SLOW)
        connection.data_received(asking("ho"))
        connection.leave()
        connection.data_received(asking("hu"))
        assert not transport.closed
        await connection._playing
        assert transport.closed
        assert transport.written.endswith(b"\r\n0\r\n\r\n")
        assert live.journal.count == 1

    play(test)


@pytest.mark.parametrize("close", ["eof_received", "leave"])
def test_closed_in_the_same_turn(play, asking, close):
    """Who sends no more than a request, or is to leave, has had the answer to it."""

    async def test(live, connection, transport):
        connection.data_received(asking("ho"))
        getattr(connection, close)()
        assert transport.written.endswith(b"\r\n0\r\n\r\n")
        assert live.journal.exchanges[-1].finished

    play(test)


def test_leaving(play, asking):
    """A connection that is to be closed answers nothing more."""

    async def test(live, connection, transport):
        connection.leave()
        connection.data_received(asking("ho"))
        assert not transport.written
        assert live.journal.count == 1
        assert transport.closed

    play(test)
