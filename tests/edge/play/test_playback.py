"""Each step of a plan, as it arrives on a raw socket."""

from __future__ import annotations

import asyncio
import math
import socket
import threading
from dataclasses import dataclass
from itertools import chain
from types import SimpleNamespace

import pytest

from mockserver.edge.play.clock import Clock
from mockserver.edge.play.playback import play as play_on
from mockserver.edge.play.wire import PacedWrite, Wire
from mockserver.plan import Close, Data, End, EventRun, Head, Plan, Raw, Wait
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


class Late(Clock):
    """Time that stands still but for its waits, each of which lasts too long."""

    def __init__(self, lateness):
        super().__init__()
        self.at = 1000.0
        self.deadlines = []
        self.lateness = lateness

    def monotonic(self):
        """Return the time."""
        return self.at

    async def until(self, deadline):
        """Be late."""
        self.deadlines.append(deadline - 1000)
        self.at = deadline + self.lateness

    async def wait(self, seconds, *, passive=False):
        """Wait for ever, as for a moment."""
        await self.until(self.at + seconds)


def played(clock, *plan):
    """Return what is written for a plan, write by write."""
    written = []

    async def write(data):
        written.append(data)

    asyncio.run(play_on(plan, SimpleNamespace(write=write, transport=None), clock))
    operations = Wire(keep_alive=True).operations(plan)
    pieces = (act.pieces if isinstance(act, PacedWrite) else [act] for act in operations)
    assert b"".join(written) == b"".join(one for one in chain(*pieces) if isinstance(one, bytes))
    return [
        data.rpartition(b"\r\n\r\n")[2] if data.startswith(b"HTTP") else data for data in written
    ]


PACED = (
    Head(200, PLAIN),
    Data(b"a"),
    *(step for n in b"bcdef" for step in (Wait(1), Data(bytes([n])))),
)
TOGETHER = (
    Head(200, PLAIN),
    EventRun(
        b"", tuple(b"%c" % n for n in b"abcdef"), b"", (1,) * 6, (0.0, 1.0, 1.0, 1.0, 1.0, 1.0)
    ),
)
A, B, C, D, E, F = (b"1\r\n%c\r\n" % n for n in b"abcdef")
LAST = b"0\r\n\r\n"


@pytest.mark.parametrize(
    ("lateness", "deadlines", "written"),
    [
        (0, [1, 2, 3, 4, 5], [A, B, C, D, E, F + LAST]),
        (0.9, [1, 2, 3, 4, 5], [A, B, C, D, E, F + LAST]),
        (1.0, [1, 3, 5], [A, B + C, D + E, F + LAST]),
        (2.5, [1, 4], [A, B + C + D, E + F + LAST]),
        (9.0, [1], [A, B + C + D + E + F + LAST]),
    ],
)
@pytest.mark.parametrize("plan", [PACED, TOGETHER], ids=["apart", "together"])
def test_lateness_is_made_up_for(plan, lateness, deadlines, written):
    """Waits count from the beginning of the plan; what is due is one write, its framing kept."""
    clock = Late(lateness)
    assert played(clock, *plan, End()) == written
    assert clock.deadlines == deadlines


def test_parted_writes_stay_parted():
    """Lateness joins what waits part, and never what is parted on purpose."""
    late = (Head(200, PLAIN), Wait(1), Data(b"a"), Wait(0), Data(b"b"), Wait(1), Data(b"c"), End())
    assert played(Late(9), *late) == [b"", A, B + C + LAST]


def test_what_follows_paced_events():
    """Waits behind events that have their times count from the last of them."""
    clock = Late(0.5)
    assert played(clock, *TOGETHER, Wait(1), Data(b"g"), End())[-1] == b"1\r\ng\r\n" + LAST
    assert clock.deadlines == [1, 2, 3, 4, 5, 6]


def test_stall_is_never_overtaken():
    """However late a stream is, a stall is waited for."""
    clock = Late(9)
    played(clock, Head(200, PLAIN), Wait(1), Data(b"a"), Wait(math.inf), Data(b"b"), End())
    assert clock.deadlines == [1, math.inf]


def order(*plan, closing=False):
    """Return what happens when a plan is played: writes of so many bytes, and that it is over."""
    happened = []

    async def write(data):
        happened.append(len(data))

    transport = SimpleNamespace(is_closing=lambda: closing, close=lambda: happened.append("closed"))
    outlet = SimpleNamespace(write=write, transport=transport)
    audience = SimpleNamespace(end=lambda: happened.append("over"))
    asyncio.run(play_on(plan, outlet, Late(0), audience))
    return happened


@pytest.mark.parametrize("last", [End(), Close()])
def test_over_before_the_last_write(last):
    """Who has read an answer, and asks again in a new task, finds that it was over before that."""
    happened = order(Raw(b"ab"), Wait(1), Raw(b"cde"), last)
    assert happened[:3] == [2, "over", 3]
    assert order(Raw(b"ab"), Wait(1), last)[:2] == [2, "over"]


def test_not_over_before_a_long_write():
    """While much is written the client may leave, and who has left has not waited for the end."""
    assert order(Raw(b"x" * 2**17), End()) == [2**17]
    assert order(Raw(b"ab"), End(), closing=True) == [2]
