"""Requests whose head is known: answered at once, and as aiohttp's way answers them."""

from __future__ import annotations

import asyncio
import json
import re

import pytest
from aiohttp import web

from mockserver.edge.app import Site
from mockserver.edge.connection import Connection, Server
from mockserver.edge.live import LiveEngine
from mockserver.engine import Engine
from mockserver.faults import Disconnect, Huge, Latency
from mockserver.scenario import Match, Rule, Scenario
from mockserver.scenario.matching import Prompt

VARYING = re.compile(
    rb"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{16}|(created|_time)\":[0-9.e-]+"
    rb"|remaining-.*|[0-9a-f]+\r\n(?={)"
)


@pytest.fixture
def handed_on(monkeypatch):
    """Return a list that grows by what aiohttp is given to read."""
    given = []
    read = web.RequestHandler.data_received

    def spy(connection, data):
        given.extend([data] if data else ())  # it gives itself nothing to look at what is left
        read(connection, data)

    monkeypatch.setattr(web.RequestHandler, "data_received", spy)
    return given


@pytest.fixture
def asking(raw_request):
    """Return a builder of requests with the same head."""

    def build(text="hi", **more):
        message = {"role": "user", "content": f"{text:9}"}
        body = json.dumps({"model": "llama3.1-8b", "messages": [message], **more}).encode()
        return raw_request(body=body, connection="keep-alive")

    return build


def answer_from(connection):
    """Return the next answer, which is chunked and whole."""
    received = b""
    while not received.endswith(b"\r\n0\r\n\r\n"):
        piece = connection.recv(65536)
        assert piece
        received += piece
    return received


@pytest.mark.usefixtures("either_loop")
class TestOverSockets:
    """What a client sees."""

    def test_the_same(self, server, connect, asking, handed_on):
        """The second answer has all that the first one has, and aiohttp knows nothing of it."""
        connection = connect()
        answers = []
        for _ in range(3):
            connection.sendall(asking())
            answers.append(VARYING.sub(b"?", answer_from(connection)))
        assert answers[0] == answers[1] == answers[2]
        assert handed_on == [asking()]
        requests = [exchange.request for exchange in server.live.journal]
        assert len(requests) == 3
        assert requests[0] == requests[1] == requests[2]
        assert all(exchange.finished for exchange in server.live.journal)

    def test_other_connections(self, connect, asking, handed_on):
        """What one connection taught is known to the others from their first request on."""
        for text in ("hi", "ho", "hu"):
            connection = connect()
            connection.sendall(asking(text))
            answer_from(connection)
        assert handed_on == [asking()]

    def test_before_the_first_answer(self, server, connect, asking, handed_on, talk, raw_request):
        """A head is known as soon as it has been read, however long its answer takes."""
        server.live.play(Scenario("slow", rules=(Rule(faults=(Latency(9),)),)))
        for text in ("hi", "ho", "hu"):
            connect().sendall(asking(text))
            talk(raw_request(path="/__mock__/clock"))
        assert [data for data in handed_on if b"__mock__" not in data] == [asking()]
        assert server.live.journal.count == 3

    def test_in_pieces(self, server, connect, asking, talk, raw_request, handed_on):
        """A body may come after its head, piece by piece."""
        connection = connect()
        connection.sendall(asking())
        answer_from(connection)
        whole = asking("ho")
        end = whole.index(b"\r\n\r\n") + 4
        for piece in (whole[:end], whole[end:-5], whole[-5:]):
            connection.sendall(piece)
            talk(raw_request())  # the server has read what came before it
        answer_from(connection)
        bodies = [exchange.request.body for exchange in server.live.journal]
        assert bodies.count(whole[end:]) == 1
        assert not [data for data in handed_on if data in whole]

    @pytest.mark.parametrize("cut", [2, 10, 99])
    def test_a_piece_of_a_head(self, server, connect, asking, talk, raw_request, cut):
        """What does not begin with a whole head is left to aiohttp."""
        connection = connect()
        for pieces in ([asking()], [asking("ho")[:cut], asking("ho")[cut:]], [asking("hu")]):
            for piece in pieces:
                connection.sendall(piece)
                talk(raw_request(path="/v1/nowhere"))
            answer_from(connection)
        bodies = [exchange.request.body for exchange in server.live.journal if exchange.model]
        assert bodies == [asking(text).partition(b"\r\n\r\n")[2] for text in ("hi", "ho", "hu")]

    def test_several_at_once(self, server, connect, asking):
        """Requests that come together are answered one after the other."""
        connection = connect()
        connection.sendall(asking())
        answer_from(connection)
        connection.sendall(asking("one") + asking("two") + asking("three"))
        received = b""
        while received.count(b"\r\n0\r\n\r\n") < 3:
            received += connection.recv(65536)
        bodies = [exchange.request.body for exchange in server.live.journal.exchanges[1:]]
        said = [word for body in bodies for word in (b"one", b"two", b"three") if word in body]
        assert said == [b"one", b"two", b"three"]

    def test_a_request_in_a_body(self, server, connect, asking, raw_request):
        """What looks like a known request is none where the body of another one goes on."""
        connection = connect()
        connection.sendall(asking())
        answer_from(connection)
        body = b"!" + asking()
        hiding = raw_request(body=body, connection="keep-alive")
        connection.sendall(asking() + hiding[: -len(asking())])
        answer_from(connection)
        connection.sendall(asking())
        assert connection.recv(65536).startswith(b"HTTP/1.1 400 ")
        assert server.live.journal.exchanges[-1].request.body == body
        assert server.live.journal.count == 3

    def test_a_pause(self, server, connect, asking, handed_on, talk, raw_request):
        """An answer that has to wait is whole, too, and its connection lives on."""
        connection = connect()
        connection.sendall(asking())
        first = answer_from(connection)
        server.live.play(Scenario("slow", rules=(Rule(faults=(Latency(0.001),)),)))
        for _ in range(2):
            connection.sendall(asking())
            assert VARYING.sub(b"?", answer_from(connection)) == VARYING.sub(b"?", first)
        assert handed_on == [asking()]
        assert [exchange.client_left for exchange in server.live.journal] == [False, False]

    def test_during_a_pause(self, server, connect, asking, talk, raw_request):
        """What comes while an answer is played is answered after it."""
        connection = connect()
        connection.sendall(asking())
        answer_from(connection)
        rule = Rule(match=Match(prompt=Prompt("one")), faults=(Latency(0.05),))
        server.live.play(Scenario("slow", rules=(rule,)))
        for text in ("one", "two", "three"):
            connection.sendall(asking(text))
            talk(raw_request(path="/v1/nowhere"))
        received = b""
        while received.count(b"\r\n0\r\n\r\n") < 3:
            received += connection.recv(65536)
        bodies = [exchange.request.body for exchange in server.live.journal if exchange.model]
        assert bodies == [asking(t).partition(b"\r\n\r\n")[2] for t in ("one", "two", "three")]

    def test_a_long_answer(self, server, connect, asking):
        """One of megabytes comes as fast as it is read, and is over when it has been written."""
        connection = connect()
        connection.sendall(asking())
        answer_from(connection)
        server.live.play(Scenario("huge", rules=(Rule(faults=(Huge(bytes=4_000_000),)),)))
        connection.sendall(asking())
        assert len(answer_from(connection)) > 4_000_000

    def test_a_lost_connection(self, server, connect, asking):
        """A connection that the scenario closes is closed."""
        connection = connect()
        connection.sendall(asking())
        answer_from(connection)
        server.live.play(Scenario("lost", rules=(Rule(faults=(Disconnect(),)),)))
        connection.sendall(asking())
        assert connection.recv(65536) == b""

    def test_a_crash(self, server, connect, asking, monkeypatch):
        """An error of the mock is a 500, and noted once."""
        connection = connect()
        connection.sendall(asking())
        answer_from(connection)
        monkeypatch.setattr(Engine, "handle", lambda *_, **__: 1 / 0)
        connection.sendall(asking())
        assert b" 500 " in connection.recv(65536)
        assert [type(crash) for crash in server.live.crashes] == [ZeroDivisionError]
        server.live.crashes.clear()


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


def test_a_client_that_leaves(play, asking):
    """One that is gone while its answer waits has left, and that is noted."""

    async def test(live, connection, transport):
        live.play(STILL)
        connection.data_received(asking("ho"))
        connection.connection_lost(None)
        transport.close()
        for _ in range(3):
            await asyncio.sleep(0)
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
