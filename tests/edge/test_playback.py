"""Each step of a plan, as it arrives on a raw socket."""

from __future__ import annotations

import math
import socket
import threading
from dataclasses import dataclass

import pytest

from mockserver.plan import Close, Data, End, Head, Plan, Raw, Wait
from mockserver.scenario import Rule, Scenario

PLAIN = (("date", "now"), ("server", "mock"), ("content-type", "text/plain"))
HEAD = b"HTTP/1.1 200 OK\r\ndate: now\r\nserver: mock\r\ncontent-type: text/plain\r\n"
CHUNKED = HEAD + b"transfer-encoding: chunked\r\nconnection: close\r\n\r\n"
CLOSING = HEAD + b"connection: close\r\n\r\n"
SIZED = HEAD + b"content-length: 4\r\nconnection: close\r\n\r\n"
LENGTH = (("content-length", "4"),)


@dataclass(frozen=True)
class Play:
    """A fault that replaces the plan by the one under test."""

    plan: Plan

    def apply(self, plan, context):
        """Replace the plan."""
        return self.plan


@pytest.fixture
def play(server):
    """Return a function that lets the server answer everything with one plan."""

    def start(*plan):
        server.live.play(Scenario("test", rules=(Rule(faults=(Play(plan),)),)))

    return start


@pytest.mark.parametrize(
    ("plan", "received"),
    [
        ((Head(200, PLAIN), Data(b"ab"), Data(b"cd"), End()), CHUNKED + b"4\r\nabcd\r\n0\r\n\r\n"),
        (
            (Head(200, PLAIN), Data(b"ab"), Wait(0.001), Data(b"cd"), End()),
            CHUNKED + b"2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n",
        ),
        ((Wait(0.001), Head(200, PLAIN), End()), CHUNKED + b"0\r\n\r\n"),
        ((Head(200, PLAIN + LENGTH), Data(b"abcd"), End()), SIZED + b"abcd"),
        ((Head(200, PLAIN + LENGTH), Data(b"ab"), End()), SIZED + b"ab"),
        ((Head(200, PLAIN + LENGTH), Data(b"ab"), Close()), SIZED + b"ab"),
        ((Head(200, PLAIN + LENGTH, bodiless=True), End()), SIZED),
        ((Head(200, PLAIN), Data(b"ab"), Close()), CHUNKED + b"2\r\nab\r\n"),
        ((Head(200, PLAIN), Close()), CHUNKED),
        ((Head(200, PLAIN + LENGTH), Data(b"abcdef"), End()), SIZED + b"abcdef"),
        ((Head(200, PLAIN, framed=False), Data(b"abcd"), End()), CLOSING + b"abcd"),
        ((Head(200, PLAIN + LENGTH, framed=False), Data(b"ab"), Close()), SIZED + b"ab"),
        (
            (Head(200, PLAIN), Data(b"ab"), Raw(b"zz\r\n"), End()),
            CHUNKED + b"2\r\nab\r\nzz\r\n0\r\n\r\n",
        ),
        ((Raw(b"SSH-2.0\r\n"), Close()), b"SSH-2.0\r\n"),
        ((Head(200, PLAIN), Data(b""), End()), CHUNKED + b"0\r\n\r\n"),
        ((Close(),), b""),
    ],
)
def test_bytes(play, talk, raw_request, caplog, plan, received):
    """A plan arrives byte for byte, runs of data in one chunk, and nobody logs an error."""
    play(*plan)
    assert talk(raw_request()) == received
    assert caplog.records == []


@pytest.mark.parametrize(
    "plan",
    [
        (Close(reset=True),),
        (Head(200, PLAIN), Close(reset=True)),
        (Head(200, PLAIN), Data(b"ab"), Wait(0.01), Close(reset=True)),
    ],
)
def test_reset(play, talk, raw_request, caplog, plan):
    """A reset is an RST, not a FIN, before the head and after it."""
    play(*plan)
    with pytest.raises(ConnectionResetError):
        talk(raw_request())
    assert caplog.records == []


def test_repeated_fields(play, talk, raw_request):
    """A header field may occur twice."""
    play(Head(200, (*PLAIN, ("server-timing", "a"), ("server-timing", "b"))), End())
    assert b"server-timing: a\r\nserver-timing: b\r\n" in talk(raw_request())


def test_head_is_sent_before_a_wait(play, connect, raw_request):
    """The head of an answer that stalls arrives at once."""
    play(Head(200, PLAIN), Wait(math.inf))
    connection = connect()
    connection.sendall(raw_request())
    assert connection.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")
    connection.settimeout(0.05)
    with pytest.raises(TimeoutError):
        connection.recv(1)


@pytest.mark.parametrize("before", [(), (Head(200, PLAIN), Data(b"ab"))])
def test_client_leaves_a_stall(server, play, connect, raw_request, before):
    """A client that leaves in mid-stall frees the server, and the journal says that it left."""
    play(*before, Wait(math.inf), End())
    finished = threading.Event()
    finish = server.live.finish

    def noting(*args, **kwargs):
        finish(*args, **kwargs)
        finished.set()

    server.live.finish = noting
    connection = connect()
    connection.sendall(raw_request())
    while not server.live.journal.exchanges:
        connection.settimeout(0.01)
        with pytest.raises(TimeoutError):
            connection.recv(1, socket.MSG_PEEK) and connection.recv(65536) and connection.recv(1)
    connection.close()
    assert finished.wait(5)
    [exchange] = server.live.journal
    assert exchange.client_left
