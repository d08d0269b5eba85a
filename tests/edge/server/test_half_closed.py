"""Clients that send no more, and listen on: ``nc -N``, ``socket.shutdown(SHUT_WR)``."""

from __future__ import annotations

import socket

import pytest

from mockserver.api.model.script import Script
from mockserver.faults import Latency, Stall
from mockserver.scenario import Rule, Scenario

LONG = Script(text="word " * 60_000)  # more than is written at once
ADMIN = b"GET /__mock__/journal HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"


def half_closed(connection, data):
    """Send, close this half, and return what comes until the other one is closed, too."""
    connection.sendall(data)
    connection.shutdown(socket.SHUT_WR)
    received = b""
    while piece := connection.recv(65536):
        received += piece
    return received


@pytest.mark.parametrize("reply", [Script(text="Hello."), LONG], ids=["short", "long"])
@pytest.mark.parametrize("connection", ["close", "keep-alive"])
def test_answered(server, connect, raw_request, reply, connection):
    """An answer that is ready is sent, be the head of the request known or not."""
    server.live.play(Scenario("test", rules=(Rule(reply=reply),)))
    sent = raw_request(connection=connection)
    for _ in range(3):
        received = half_closed(connect(), sent)
        assert received.startswith(b"HTTP/1.1 200 ")
        assert reply.text[-6:].encode() in received
    assert [exchange.client_left for exchange in server.live.journal] == [False] * 3


def test_several(server, connect, raw_request):
    """All requests that came are answered."""
    received = half_closed(connect(), raw_request(connection="keep-alive") * 3)
    assert received.count(b"HTTP/1.1 200 ") == 3
    assert len(server.live.journal.exchanges) == 3


def test_admin(connect):
    """The admin API answers, too."""
    assert half_closed(connect(), ADMIN).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("fault", [Latency(9.0), Stall()], ids=["late", "silent"])
def test_left(server, connect, raw_request, known, fault):
    """Where the answer takes time, nobody waits: the client is taken for gone, as it mostly is."""
    sent = raw_request(connection="keep-alive")
    if known:
        assert b" 200 OK" in connect_and_read(connect(), sent)
    server.live.play(Scenario("test", rules=(Rule(faults=(fault,)),)))
    assert half_closed(connect(), sent) == b""
    assert [exchange.client_left for exchange in server.live.journal] == [True]


def connect_and_read(connection, data):
    connection.sendall(data)
    return connection.recv(65536)


def test_half_a_request(server, connect, raw_request):
    """Who sends no more in the middle of a body has asked for nothing."""
    assert half_closed(connect(), raw_request(connection="keep-alive")[:-5]) == b""
    assert not server.live.journal.exchanges


def test_idle(connect, raw_request):
    """A connection on which all is answered is closed."""
    connection = connect()
    assert b" 200 OK" in connect_and_read(connection, raw_request(connection="keep-alive"))
    assert half_closed(connection, b"") == b""


def test_unmet_expectation(connect, raw_request):
    """Who expects what nobody can do is told so, and the connection ends."""
    sent = raw_request(connection="keep-alive").replace(b"\r\n\r\n", b"\r\nexpect: foo\r\n\r\n", 1)
    assert half_closed(connect(), sent).startswith(b"HTTP/1.1 417 ")
