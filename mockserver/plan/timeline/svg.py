"""Draws time lines as a self-contained SVG, with all lanes on one axis of time."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Self
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from .bars import LOOKS
from .spans import Lane, Span, SpanKind, placed, shown, stretched

_WIDTH, _MARGIN, _TOP, _LANE, _BAR = 960, 20, 60, 48, 18
_MOMENT = 4.0  # the width of a span that takes no time
_MOST_TICKS = 10
_LONGEST_LABEL = 120
_LETTER = 7.3  # the maximum width of a letter in a monospaced font of 12 pixels
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2
# the colors in light and in dark mode; each contrasts with the paper and with words on top of it
_COLORS: Mapping[SpanKind, tuple[str, str]] = {
    "wait": ("#bf8700", "#c69026"),
    "pause": ("#8c959f", "#8b949e"),
    "head": ("#0969da", "#58a6ff"),
    "error": ("#bc4c00", "#f0883e"),
    "data": ("#2da44e", "#3fb950"),
    "end": ("#116329", "#7ee787"),
    "lost": ("#cf222e", "#ff7b72"),
    "stall": ("#a475f9", "#bc8cff"),
}
_PAPER = (
    (".paper", "fill", ("#ffffff", "#0d1117")),
    ("text", "fill", ("#1f2328", "#e6edf3")),
    ("text", "stroke", ("#ffffff", "#0d1117")),
    (".word", "fill", ("#1f2328", "#0d1117")),
    ("line", "stroke", ("#d1d9e0", "#3d444d")),
)
_SHAPES = """\
text { font: 12px ui-monospace, monospace; paint-order: stroke; stroke-width: 3px; }
.name { font-size: 15px; }
.time, .word { text-anchor: middle; }
.word { pointer-events: none; stroke-width: 0; }"""
_NONE: Mapping[str, str] = MappingProxyType({})


def svg(lanes: Sequence[Lane], *, title: str) -> str:
    """
    Return the drawing as an SVG document.

    The colors follow the reader's choice of light or dark mode. Each lane and each span has a
    title, for pointers and screen readers.
    """
    root = drawing(lanes, title=title)
    style = Element("style")
    style.text = STYLE
    root.insert(1, style)
    indent(root)
    return tostring(root, encoding="unicode") + "\n"


def drawing(lanes: Sequence[Lane], *, title: str) -> Element:
    """Return the drawing for a page that includes ``STYLE`` once for all its drawings."""
    axis = Axis.of(lanes)
    height = _TOP + len(lanes) * _LANE + _LANE
    size = {"width": str(_WIDTH), "height": str(height), "viewBox": f"0 0 {_WIDTH} {height}"}
    root = Element("svg", {"xmlns": "http://www.w3.org/2000/svg", **size})
    SubElement(root, "title").text = _legal(title)
    SubElement(root, "rect", {"class": "paper", "width": "100%", "height": "100%"})
    _text(root, _MARGIN, 24, title, {"class": "name"})
    _draw_axis(root, axis, height - _LANE)
    for number, lane in enumerate(lanes):
        _draw_lane(root, axis, lane, _TOP + number * _LANE)
    _draw_legend(root, lanes, height - _MARGIN)
    return root


@dataclass(frozen=True, slots=True)
class Axis:
    """Maps seconds to x coordinates; ``length`` seconds from ``start`` take a width of ``room``."""

    start: float
    length: float
    room: float
    moment: float

    @classmethod
    def of(cls, lanes: Sequence[Lane]) -> Self:
        """Return an axis for all lanes, with room for the minimum width of each span."""
        start = min((lane.start for lane in lanes), default=0.0)
        end = max((lane.end for lane in lanes), default=0.0)
        most = max((len(lane.spans) for lane in lanes), default=0)
        whole = _WIDTH - 2 * _MARGIN
        moment = min(_MOMENT, whole / 2 / max(most, 1))
        return cls(start, stretched(end - start, lanes) or 1.0, whole - most * moment, moment)

    def at(self, moment: float) -> float:
        """Return the x coordinate of a moment."""
        return _MARGIN + self.room * min(1.0, (moment - self.start) / self.length)

    def ticks(self) -> Iterator[float]:
        """Yield the moments to label, at round numbers of seconds."""
        rough = self.length / _MOST_TICKS
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(power * one for one in (1, 2, 5, 10) if power * one >= rough)
        for number in range(_MOST_TICKS + 1):
            if number * step <= self.length:
                yield self.start + number * step


def _draw_axis(root: Element, axis: Axis, bottom: int) -> None:
    for moment in axis.ticks():
        x = _place(axis.at(moment))
        SubElement(root, "line", {"x1": x, "x2": x, "y1": str(_TOP - 8), "y2": str(bottom)})
        _text(root, axis.at(moment), _TOP - 14, shown(moment), {"class": "time"})


def _draw_lane(root: Element, axis: Axis, lane: Lane, top: int) -> None:
    group = SubElement(root, "g")
    SubElement(group, "title").text = _legal(f"{lane.label}: {lane.words}")
    cut = len(lane.label) > _LONGEST_LABEL
    label = f"{lane.label[: _LONGEST_LABEL - 1]}…" if cut else lane.label
    _text(group, _MARGIN, top + 14, label)
    for span, left, right in placed(lane.spans, axis.at, smallest=axis.moment):
        _draw_span(group, span, left, right, top + 20)


def _draw_span(group: Element, span: Span, left: float, right: float, top: int) -> None:
    middle, bottom = top + _BAR / 2, top + _BAR
    if math.isinf(span.end):
        right = _WIDTH - _MARGIN
        corners = [(left, top), (right - _BAR, top), (right, middle), (right - _BAR, bottom)]
    else:
        corners = [(left, top), (right, top), (right, bottom)]
    points = " ".join(f"{_place(x)},{_place(y)}" for x, y in (*corners, (left, bottom)))
    shape = SubElement(group, "polygon", {"class": span.kind, "points": points})
    until = "" if span.end == span.start or math.isinf(span.end) else f" to {shown(span.end)}"
    SubElement(shape, "title").text = _legal(f"{span.title}, at {shown(span.start)}{until}")
    if (len(span.title) + 1) * _LETTER < right - left:
        _text(group, (left + right) / 2, bottom - 4, span.title, {"class": "word"})


def _draw_legend(root: Element, lanes: Sequence[Lane], bottom: int) -> None:
    used = {span.kind for lane in lanes for span in lane.spans}
    text = SubElement(root, "text", {"x": str(_MARGIN), "y": str(bottom)})
    for kind, look in LOOKS.items():
        if kind in used:
            mark = SubElement(text, "tspan", {"class": kind, "dx": "12"})
            mark.text, mark.tail = "■", f" {look.meaning}"


def _style() -> str:
    light, dark = ("\n".join(_rules(at)) for at in (0, 1))
    return f"\n{_SHAPES}\n{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n"


def _rules(at: int) -> Iterator[str]:
    for selector, name, shades in _PAPER:
        yield f"{selector} {{ {name}: {shades[at]}; }}"
    for kind, colors in _COLORS.items():
        yield f".{kind} {{ fill: {colors[at]}; }}"


def _text(
    parent: Element, x: float, y: float, words: str, attributes: Mapping[str, str] = _NONE
) -> None:
    SubElement(parent, "text", {"x": _place(x), "y": _place(y), **attributes}).text = _legal(words)


def _place(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _legal(text: str) -> str:
    return _ILLEGAL.sub("\ufffd", text)


STYLE = _style()
"""The CSS for the drawings, in light and dark mode."""
