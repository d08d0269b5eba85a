"""Requests whose head is known: answered at once, and as aiohttp's way answers them."""

from __future__ import annotations

import re

import pytest
from aiohttp import web

from mockserver.engine import Engine
from mockserver.faults import Disconnect, Huge, Latency
from mockserver.plan import End, Head
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


def answer_from(connection):
    """Return the next answer, which is chunked and whole."""
    received = b""
    while not received.endswith(b"\r\n0\r\n\r\n"):
        piece = connection.recv(65536)
        assert piece
        received += piece
    return received


def test_the_same(server, connect, asking, handed_on):
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


def test_other_connections(connect, asking, handed_on):
    """What one connection taught is known to the others from their first request on."""
    for text in ("hi", "ho", "hu"):
        connection = connect()
        connection.sendall(asking(text))
        answer_from(connection)
    assert handed_on == [asking()]


def test_before_the_first_answer(server, connect, asking, handed_on, talk, raw_request):
    """A head is known as soon as it has been read, however long its answer takes."""
    server.live.play(Scenario("slow", rules=(Rule(faults=(Latency(9),)),)))
    for text in ("hi", "ho", "hu"):
        connect().sendall(asking(text))
        talk(raw_request(path="/__mock__/clock"))
    assert [data for data in handed_on if b"__mock__" not in data] == [asking()]
    assert server.live.journal.count == 3


def test_in_pieces(server, connect, asking, talk, raw_request, handed_on):
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
def test_a_piece_of_a_head(server, connect, asking, talk, raw_request, cut):
    """What does not begin with a whole head is left to aiohttp."""
    connection = connect()
    for pieces in ([asking()], [asking("ho")[:cut], asking("ho")[cut:]], [asking("hu")]):
        for piece in pieces:
            connection.sendall(piece)
            talk(raw_request(path="/v1/nowhere"))
        answer_from(connection)
    bodies = [exchange.request.body for exchange in server.live.journal if exchange.model]
    assert bodies == [asking(text).partition(b"\r\n\r\n")[2] for text in ("hi", "ho", "hu")]


def test_several_at_once(server, connect, asking):
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


def test_a_request_in_a_body(server, connect, asking, raw_request):
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


def test_a_pause(server, connect, asking, handed_on):
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


def test_during_a_pause(server, connect, asking, talk, raw_request):
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


def test_a_long_answer(server, connect, asking):
    """One of megabytes comes as fast as it is read, and is over when it has been written."""
    connection = connect()
    connection.sendall(asking())
    answer_from(connection)
    server.live.play(Scenario("huge", rules=(Rule(faults=(Huge(bytes=4_000_000),)),)))
    connection.sendall(asking())
    assert len(answer_from(connection)) > 4_000_000


def test_a_lost_connection(server, connect, asking):
    """A connection that the scenario closes is closed."""
    connection = connect()
    connection.sendall(asking())
    answer_from(connection)
    server.live.play(Scenario("lost", rules=(Rule(faults=(Disconnect(),)),)))
    connection.sendall(asking())
    assert connection.recv(65536) == b""


def test_an_answer_that_is_none(server, connect, asking, answer_with):
    """A plan of a user's own that can't be written is an error of the mock, too."""
    connection = connect()
    connection.sendall(asking())
    answer_from(connection)
    answer_with((Head(200, ((b"bytes", 1),)), End()))
    connection.sendall(asking())
    assert b" 500 " in connection.recv(65536)
    assert [type(crash) for crash in server.live.crashes] == [TypeError]
    server.live.crashes.clear()


def test_a_crash(server, connect, asking, monkeypatch):
    """An error of the mock is a 500, and noted once."""
    connection = connect()
    connection.sendall(asking())
    answer_from(connection)
    monkeypatch.setattr(Engine, "handle", lambda *_, **__: 1 / 0)
    connection.sendall(asking())
    assert b" 500 " in connection.recv(65536)
    assert [type(crash) for crash in server.live.crashes] == [ZeroDivisionError]
    server.live.crashes.clear()
