"""From plans to spans."""

from __future__ import annotations

import math

import pytest

from mockserver.plan import Close, Data, End, Head, Raw, Wait
from mockserver.plan.timeline import Lane, Span, spans_of
from mockserver.plan.timeline.spans import placed, stretched

STREAM = (Head(200), Data(b"ab", 1), Wait(0.5), Data(b"c", 1), Wait(0.5), Data(b"d"), End())


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ((Head(200), Data(b"ab", 2), Data(b"c", 1), End()), "head 200, 3 bytes with 3 tokens, end"),
        ((Wait(0.25), Head(503), Data(b"no"), End()), "wait 0.25 s, head 503, 2 bytes, end"),
        ((Wait(0.2), Wait(0.3), Close()), "wait 0.5 s, FIN"),
        ((Head(200), Wait(math.inf), Data(b"never")), "head 200, stall"),
        (
            (Head(200), Wait(0), Data(b"a", 1), Close(reset=True)),
            "head 200, 1 byte with 1 token, RST",
        ),
        ((Raw(b"?"), Raw(b"!!"), End(hang_up=True)), "3 raw bytes, end, FIN"),
        ((Head(200), Wait(2)), "head 200, wait 2 s"),
        ((), ""),
    ],
)
def test_words(plan, words):
    """Each thing that happens is a word or two."""
    assert Lane("", spans_of(plan)).words == words


def test_times_and_kinds():
    """Spans follow each other from the start on; what takes no time is a moment."""
    plan = (Wait(2), Head(429), Data(b"x"), Wait(1), Close())
    assert [(span.start, span.end, span.kind) for span in spans_of(plan, start=10)] == [
        (10, 12, "wait"),
        (12, 12, "error"),
        (12, 12, "data"),
        (12, 13, "wait"),
        (13, 13, "lost"),
    ]


@pytest.mark.parametrize(
    ("grain", "words"),
    [
        (0.5, "head 200, 4 bytes with 2 tokens in 1 s, end"),
        (
            0.4,
            (
                "head 200, 2 bytes with 1 token, wait 0.5 s, 1 byte with 1 token, wait 0.5 s, "
                "1 byte, end"
            ),
        ),
    ],
)
def test_grain(grain, words):
    """Pieces that come close upon each other are one span."""
    assert Lane("", spans_of(STREAM, grain=grain)).words == words


def test_grain_joins_nothing_but_the_body():
    """A short wait before the head stays one, and raw bytes are no body."""
    plan = (Wait(0.1), Head(200), Wait(0.1), Data(b"a"), Raw(b"b"), Wait(0.1), Close())
    assert [span.kind for span in spans_of(plan, grain=1)] == [
        *("wait", "head", "wait", "data", "data", "wait", "lost"),
    ]


def test_lane():
    """A lane begins with its first span; its end is the last moment that is known."""
    lane = Lane("", (Span(3, 4, "wait", "w"), Span(4, math.inf, "stall", "s")))
    assert (lane.start, lane.end, lane.never_ends) == (3, 4, True)
    assert (Lane("").start, Lane("").end, Lane("").never_ends) == (0, 0, False)


def test_stretched():
    """What never ends has room to be seen, be there nothing else."""
    stall = Lane("", (Span(0, math.inf, "stall", "s"),))
    assert stretched(4, [stall]) > 4
    assert stretched(0, [stall]) > 0
    assert stretched(4, [Lane("")]) == 4


def test_placed():
    """Moments have a size, and push on what would hide them, no further than needed."""
    end = Span(2, 2, "end", "")
    spans = [Span(0, 0, "head", ""), Span(0, 0, "data", ""), Span(0, 1, "wait", ""), end]
    found = [(left, right) for _, left, right in placed(spans, lambda at: 10 * at, smallest=2)]
    assert found == [(0, 2), (2, 4), (4, 10), (20, 22)]
