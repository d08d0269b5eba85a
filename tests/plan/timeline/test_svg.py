"""Time lines as SVG."""

from __future__ import annotations

import math
from xml.etree.ElementTree import fromstring

import pytest

from mockserver.plan import Close, Data, Head, Wait
from mockserver.plan.timeline import Lane, Span, spans_of, svg
from mockserver.plan.timeline.svg import Axis

NS = {"s": "http://www.w3.org/2000/svg"}
PLAN = (Wait(2), Head(200), Data(b"abc", 1), Close(reset=True))
LANES = [Lane("first", spans_of(PLAN)), Lane("second", spans_of(PLAN, start=1.0))]


def drawn(lanes=LANES, title="x"):
    return fromstring(svg(lanes, title=title))  # noqa: S314 (our own)


def lefts(lane):
    return [float(one.get("points").partition(",")[0]) for one in lane.findall("s:polygon", NS)]


def test_words():
    """The drawing, each lane and each span have their words as a title."""
    root = drawn(title="all of it")
    assert root.findtext("s:title", namespaces=NS) == "all of it"
    first, second = root.findall("s:g", NS)
    assert first.findtext("s:title", namespaces=NS) == (
        "first: wait 2 s, head 200, 3 bytes with 1 token, RST"
    )
    titles = [one.text for one in second.findall("s:polygon/s:title", NS)]
    assert titles == [
        "wait 2 s, at 1 s to 3 s",
        "head 200, at 3 s",
        "3 bytes with 1 token, at 3 s",
        "RST, at 3 s",
    ]


def test_one_axis():
    """Lanes are where their time is; ticks are at round moments."""
    first, second = drawn().findall("s:g", NS)
    axis = Axis.of(LANES)
    assert lefts(first)[0] == pytest.approx(axis.at(0), abs=0.1)
    assert lefts(second)[0] == pytest.approx(axis.at(1), abs=0.1)
    assert lefts(second)[1] == pytest.approx(axis.at(3), abs=0.1)
    assert list(axis.ticks()) == pytest.approx([0, 0.5, 1, 1.5, 2, 2.5, 3])


@pytest.mark.parametrize("length", [0.0004, 0.9, 1, 7, 12, 99, 86400, 1e9])
def test_ticks(length):
    """There are some for any length, and never too many."""
    ticks = list(Axis(5.0, length, 900, 4).ticks())
    assert 3 <= len(ticks) <= 11
    assert ticks[0] == 5.0
    assert ticks[-1] <= 5.0 + length * 1.001


def test_everything_is_inside():
    """The order stays, and nothing is drawn outside, be it crowded."""
    spans = [Span(3.0, 3.0, "data", "x")] * 1000
    (lane,) = drawn([Lane("crowd", spans)]).findall("s:g", NS)
    assert lefts(lane) == sorted(lefts(lane))
    assert lefts(lane)[-1] < 940


def test_no_end():
    """A stall is an arrow to the edge, and its title has no end."""
    (lane,) = drawn([Lane("s", spans_of((Head(200), Wait(math.inf))))]).findall("s:g", NS)
    _, stall = lane.findall("s:polygon", NS)
    assert len(stall.get("points").split()) == 5
    assert stall.findtext("s:title", namespaces=NS) == "stall, at 0 s"
    assert "inf" not in svg(LANES, title="x")


def test_escaping():
    """Any text is well-formed XML; what XML has no form for is replaced."""
    nasty = "</title><script>&\"'\0\ud800\x1b\u2028"
    root = drawn([Lane(nasty, (Span(0, 0, "head", nasty),))], title=nasty)
    assert root.findtext("s:title", namespaces=NS) == (
        "</title><script>&\"'\ufffd\ufffd\ufffd\u2028"
    )
    assert root.findall(".//s:script", NS) == []


def test_light_and_dark():
    """It follows the reader's choice, and each kind has a colour in both."""
    style = drawn().findtext("s:style", namespaces=NS)
    light, dark = style.split("@media (prefers-color-scheme: dark)")
    assert light.count(".stall {") == dark.count(".stall {") == 1
    assert "http" not in svg(LANES, title="x").replace(NS["s"], "")


def test_long_label():
    """A long label is cut; its lane's title has all of it."""
    (lane,) = drawn([Lane("a" * 500, ())]).findall("s:g", NS)
    assert len(lane.findtext("s:text", namespaces=NS)) == 120
    assert "a" * 500 in lane.findtext("s:title", namespaces=NS)


def test_nothing():
    """No lanes are a drawing too."""
    assert drawn([]).findall("s:g", NS) == []
