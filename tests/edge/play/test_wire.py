"""A plan as the bytes that are written, without a socket."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.edge.play.wire import PacedWrite, Wire, at_once
from mockserver.plan import Close, Data, End, EventRun, Head, Raw, Wait

FIELDS = (("connection", "keep-alive"), ("server", "mock"))
LENGTH = ("content-length", "4")
KEPT = b"HTTP/1.1 200 OK\r\nconnection: keep-alive\r\nserver: mock\r\n"
CLOSED = b"HTTP/1.1 200 OK\r\nconnection: close\r\nserver: mock\r\n"
CHUNKS = b"transfer-encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("plan", "operations", "lives_on"),
    [
        (
            (Head(200, FIELDS), Data(b"ab"), Data(b"cd"), End()),
            [KEPT + CHUNKS + b"4\r\nabcd\r\n0\r\n\r\n"],
            True,
        ),
        (
            (Wait(1), Head(200, FIELDS), Wait(2), Data(b"ab"), End()),
            [Wait(1), KEPT + CHUNKS, Wait(2), b"2\r\nab\r\n0\r\n\r\n"],
            True,
        ),
        (
            (Head(200, (*FIELDS, LENGTH)), Data(b"abcd"), End()),
            [KEPT + b"content-length: 4\r\n\r\nabcd"],
            True,
        ),
        (
            (Head(200, (*FIELDS, LENGTH)), Data(b"abcd"), End(hang_up=True)),
            [KEPT + b"content-length: 4\r\n\r\nabcd", Close()],
            False,
        ),
        (
            (Head(200, (*FIELDS, LENGTH)), Data(b"abc"), End()),
            [KEPT + b"content-length: 4\r\n\r\nabc", Close()],
            False,
        ),
        (
            (Head(200, (*FIELDS, LENGTH)), Data(b"abcde"), End()),
            [KEPT + b"content-length: 4\r\n\r\nabcde", Close()],
            False,
        ),
        (
            (Head(200, FIELDS, framed=False), Data(b"ab"), End()),
            [CLOSED + b"\r\nab", Close()],
            False,
        ),
        ((Head(200, FIELDS, bodiless=True), End()), [KEPT + CHUNKS], True),
        ((Data(b""), Close(reset=True)), [Close(reset=True)], True),
        (
            (Raw(b"zz"), Head(299, ()), End()),
            [b"zzHTTP/1.1 299 \r\n" + CHUNKS + b"0\r\n\r\n"],
            True,
        ),
    ],
)
def test_operations(plan, operations, lives_on):
    """Runs of bytes are one write, and the framing decides whether the connection lives on."""
    wire = Wire(keep_alive=True)
    assert list(wire.operations(plan)) == operations
    assert wire.keep_alive is lives_on


def test_client_that_closes():
    """A client that wants to close is told so, and closed on."""
    wire = Wire(keep_alive=False)
    sent, closed = wire.operations((Head(200, FIELDS), Data(b"ab"), End()))
    assert sent == CLOSED + CHUNKS + b"2\r\nab\r\n0\r\n\r\n"
    assert closed == Close()


def test_client_without_chunks():
    """For HTTP/1.0 a body without a length ends with the connection."""
    wire = Wire(keep_alive=True, chunks=False)
    sent, closed = wire.operations((Head(200, FIELDS), Data(b"ab"), End()))
    assert (sent, closed) == (CLOSED + b"\r\nab", Close())


PACED = EventRun(b"<", (b"a", b"bc"), b">", (1, 1), (0.5, 0.25))


@pytest.mark.parametrize(
    ("head", "operations", "lives_on"),
    [
        (
            Head(200, FIELDS),
            [
                KEPT + CHUNKS,
                PacedWrite([b"3\r\n<a>\r\n", b"4\r\n<bc>\r\n"], [0.5, 0.75]),
                b"0\r\n\r\n",
            ],
            True,
        ),
        (
            Head(200, (*FIELDS, ("content-length", "7"))),
            [KEPT + b"content-length: 7\r\n\r\n", PacedWrite([b"<a>", b"<bc>"], [0.5, 0.75])],
            True,
        ),
        (
            Head(200, (*FIELDS, LENGTH)),
            [
                KEPT + b"content-length: 4\r\n\r\n",
                PacedWrite([b"<a>", b"<bc>"], [0.5, 0.75]),
                Close(),
            ],
            False,
        ),
    ],
)
def test_paced(head, operations, lives_on):
    """Each event that has its time is written in a frame of its own."""
    wire = Wire(keep_alive=True)
    assert list(wire.operations((head, PACED, End()))) == operations
    assert wire.keep_alive is lives_on


TOGETHER = EventRun(b"<", (b"a", b"bc"), b">", (1, 1))
STEPS = st.sampled_from(
    (
        *(Data(b"abcd"), Data(b""), TOGETHER, PACED, Wait(0.5), Wait(0), Raw(b"zz")),
        *(End(hang_up=True), Close(), End()),
    )
)
HEADS = st.builds(
    Head,
    st.sampled_from((200, 204, 429)),
    st.sampled_from((FIELDS, (*FIELDS, LENGTH))),
    bodiless=st.booleans(),
    framed=st.booleans(),
)


@given(st.tuples(st.lists(HEADS, max_size=1), st.lists(STEPS, max_size=3)))
def test_at_once(parts):
    """What is one write is the same that a wire makes of it, on a connection that lives on."""
    head, steps = parts
    plan = (*head, *steps, End())
    wire = Wire(keep_alive=True)
    operations = list(wire.operations(plan)) if head else []
    written = at_once(plan)
    assert written is None or (operations, wire.keep_alive) == ([written], True)


@pytest.mark.parametrize(
    "plan",
    [
        (Head(200, FIELDS), Data(b"ab"), Data(b"cd"), End()),
        (Head(200, FIELDS), TOGETHER, Data(b"ab"), End()),
        (Head(200, (*FIELDS, LENGTH)), Data(b"abcd"), End()),
        (Head(429, (*FIELDS, ("content-length", "0"))), End()),
    ],
)
def test_most_are_at_once(plan):
    """Whole answers are one write, chunked or not."""
    assert [at_once(plan)] == list(Wire(keep_alive=True).operations(plan))


@pytest.mark.parametrize(
    "plan",
    [
        *((), (End(),), (Head(200, FIELDS), Close()), (Head(200, FIELDS), Wait(0), End())),
        (Head(200, FIELDS), PACED, End()),
        (Head(200, FIELDS), Data(b"ab"), End(hang_up=True)),
        (Head(200, FIELDS, bodiless=True), End()),
        (Head(200, FIELDS, framed=False), Data(b"ab"), End()),
        (Head(200, (*FIELDS, LENGTH)), Data(b"ab"), End()),
    ],
)
def test_parts_are_not(plan):
    """What has no head, no end, a pause, or an end of its own is more than one write."""
    assert at_once(plan) is None
