"""Time lines as text."""

from __future__ import annotations

import math

import pytest

from mockserver.plan import Close, Data, End, Head, Wait
from mockserver.plan.timeline import Lane, Span, bars, legend, spans_of
from mockserver.plan.timeline.bars import LOOKS

REFUSED = (Wait(2), Head(429), Data(b"no"), End())
LOST = (Head(200), Data(b"a", 1), Wait(4), Close())


def lanes_of(*plans, start=0.0):
    return [Lane("", spans_of(plan, start=start)) for plan in plans]


def test_scale():
    """All bars are on one scale, and the times stand below what they are of."""
    assert list(bars(lanes_of(REFUSED, LOST), width=44)) == [
        ["░" * 20 + "!█┫", "0 s" + " " * 17 + "2 s"],
        ["┣█" + "░" * 38 + "✗", "0 s" + " " * 37 + "4 s"],
    ]


def test_plain():
    """Nothing but ASCII, on demand."""
    (lines,) = bars(lanes_of(LOST), width=14, plain=True)
    assert lines == ["[#........x", "0 s       4 s"]


def test_start():
    """A lane that begins later is drawn from its own beginning."""
    assert [*bars(lanes_of(LOST), width=30)] == [*bars(lanes_of(LOST, start=100.0), width=30)]


def test_no_end():
    """A stall goes on to the right edge, as an arrow without a time."""
    (lines,) = bars(lanes_of((Wait(2), Head(200), Wait(math.inf))), width=30, plain=True)
    assert lines == ["......................[--->", "0 s                   2 s"]
    (lines,) = bars(lanes_of((Wait(math.inf),)), width=10, plain=True)
    assert lines == ["-" * 8 + ">", "0 s"]


@pytest.mark.parametrize(
    ("plan", "lines"),
    [((Head(200), Data(b"a"), End()), ["┣█┫  at once"]), ((), ["nothing at all"])],
)
def test_no_time(plan, lines):
    """What takes no time is drawn all the same."""
    assert list(bars(lanes_of(plan), width=40)) == [lines]


def test_attempts_of_a_client():
    """Any source of spans will do; a gap between two is blank."""
    spans = (
        *spans_of((Head(503), End()), start=5.0),
        Span(5.0, 7.0, "pause", "the client waits 2 s"),
        Span(8.0, 9.0, "data", "an answer"),
    )
    (lines,) = bars([Lane("call", spans)], width=24, plain=True)
    assert lines == ["!]________     #####", "0 s                4 s"]


def test_paint():
    """Each run of a kind is painted once, and the width is that of the text."""
    painted = []

    def paint(text, kind):
        painted.append((text, kind))
        return f"<{text}>"

    (lines,) = bars(lanes_of(LOST), width=14, plain=True, paint=paint)
    assert lines[0] == "<[><#><........><x>"
    assert [kind for _, kind in painted] == ["head", "data", "wait", "lost"]


@pytest.mark.parametrize("width", [20, 40, 79, 200])
def test_width(width):
    """No line is wider than it may be."""
    plans = [REFUSED, LOST, (Head(200), *[Data(b"a"), Wait(0.3)] * 6, End()), (Wait(math.inf),)]
    found = [line for lines in bars(lanes_of(*plans), width=width) for line in lines]
    assert len(found) == 8
    assert max(map(len, found)) <= width


def test_legend():
    """It has the symbols that were used."""
    assert (
        legend(lanes_of(LOST), plain=True)
        == ". the server waits  [ head  # body  x connection lost"
    )
    assert legend([]) == ""


def test_symbols_differ():
    """No two kinds look the same, and the plain ones are ASCII."""
    looks = LOOKS.values()
    for symbols in ([look.symbol for look in looks], [look.plain for look in looks]):
        assert len(set(symbols)) == len(LOOKS)
        assert all(len(symbol) == 1 for symbol in symbols)
    assert all(look.plain.isascii() for look in LOOKS.values())
