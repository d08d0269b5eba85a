"""Time lines as text: a bar of characters for each lane, with times below it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from .spans import Lane, Span, SpanKind, placed, shown, stretched

Paint: TypeAlias = Callable[[str, SpanKind], str]
"""Colors a text for a kind of span; the width of the text must not change."""
_Placed: TypeAlias = Sequence[tuple[Span, int, int]]


@dataclass(frozen=True, slots=True)
class Look:
    """The symbol of a kind of span, in Unicode and in ASCII (``plain``), and its meaning."""

    symbol: str
    plain: str
    meaning: str


LOOKS: Mapping[SpanKind, Look] = {
    "wait": Look("░", ".", "the server waits"),
    "pause": Look("·", "_", "the client waits"),
    "head": Look("┣", "[", "head"),
    "error": Look("!", "!", "head of an error"),
    "data": Look("█", "#", "body"),
    "end": Look("┫", "]", "end"),
    "lost": Look("✗", "x", "connection lost"),
    "stall": Look("╌", "-", "nothing more comes"),
}


def unpainted(text: str, _: SpanKind) -> str:
    """Return the text unchanged, without any color."""
    return text


def bars(
    lanes: Sequence[Lane], *, width: int, plain: bool = False, paint: Paint = unpainted
) -> Iterator[list[str]]:
    """
    Yield the lines of text for each lane: a bar, and below it the seconds since the lane's start.

    A lane that takes no time has one line. All lanes share one scale and are at most ``width``
    columns wide. A span is at least one column wide, however short it is. With ``plain`` the bars
    are in ASCII.
    """
    longest = stretched(max((lane.end - lane.start for lane in lanes), default=0.0), lanes)
    columns = max(1, width - max((len(lane.spans) for lane in lanes), default=0))
    for lane in lanes:
        spans = _in_columns(lane, longest, columns)
        bar = _bar(spans, plain=plain, paint=paint)
        if lane.end > lane.start or lane.never_ends:
            yield [bar, _times(spans, lane, width)]
        else:
            yield [f"{bar}  at once" if bar else "nothing at all"]


def legend(lanes: Sequence[Lane], *, plain: bool = False, paint: Paint = unpainted) -> str:
    """Return the meaning of each symbol used in the bars of these lanes."""
    used = {span.kind for lane in lanes for span in lane.spans}
    return "  ".join(
        f"{paint(_symbol(kind, plain=plain), kind)} {look.meaning}"
        for kind, look in LOOKS.items()
        if kind in used
    )


def _in_columns(lane: Lane, longest: float, columns: int) -> _Placed:
    def column(moment: float) -> float:
        return round(min(moment - lane.start, longest) / longest * columns) if longest else 0

    return [(span, int(a), int(b)) for span, a, b in placed(lane.spans, column, smallest=1)]


def _bar(spans: _Placed, *, plain: bool, paint: Paint) -> str:
    drawn, free = "", 0
    for span, left, right in spans:
        text = _symbol(span.kind, plain=plain) * (right - left)
        if span.kind == "stall":
            text = f"{text[:-1]}>"
        drawn += " " * (left - free) + paint(text, span.kind)
        free = right
    return drawn


def _times(spans: _Placed, lane: Lane, width: int) -> str:
    """Return the line below a bar, with the last time and all other times that fit before it."""
    moments = [(left, span.start) for span, left, _ in spans]
    if not lane.never_ends:
        moments.append((spans[-1][2] - 1, lane.end))
    column, moment = next(one for one in moments if one[1] == lane.end)
    last = shown(moment - lane.start)
    column = max(0, min(column, width - len(last)))
    line = ""
    for left, moment in moments:
        text = shown(moment - lane.start)
        clear = not line or left >= len(line) + 2
        if clear and left + len(text) + 2 <= column:
            line = line.ljust(left) + text
    return line.ljust(column) + last


def _symbol(kind: SpanKind, *, plain: bool) -> str:
    return LOOKS[kind].plain if plain else LOOKS[kind].symbol
