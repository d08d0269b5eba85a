"""
Lanes of spans, which make up a time line.

A lane shows one plan, or a whole call. The lane of a call has the spans of the plans of all its
attempts, with a ``pause`` between two attempts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from mockserver.core.units import counted, decimal
from mockserver.plan import Close, Data, End, Head, Plan, Raw, Wait, expand

SpanKind: TypeAlias = Literal["wait", "pause", "head", "error", "data", "end", "lost", "stall"]
_Happening: TypeAlias = Head | Data | Raw | End | Close
_OPEN = 1.25  # factor by which endless spans lengthen a drawing


@dataclass(frozen=True, slots=True)
class Span:
    """
    Something that lasts from ``start`` to ``end``, in seconds; a moment if these are equal.

    ``end`` is infinite for a stall. ``title`` describes the span in a few words.
    """

    start: float
    end: float
    kind: SpanKind
    title: str


@dataclass(frozen=True, slots=True)
class Lane:
    """Spans in order of time, with a label of one line."""

    label: str
    spans: Sequence[Span] = ()

    @property
    def start(self) -> float:
        """When the lane begins."""
        return self.spans[0].start if self.spans else 0.0

    @property
    def end(self) -> float:
        """The last finite time in the lane."""
        moments = (one for span in self.spans for one in (span.start, span.end))
        return max((one for one in moments if math.isfinite(one)), default=0.0)

    @property
    def never_ends(self) -> bool:
        """Whether the lane's last span has no end."""
        return bool(self.spans) and math.isinf(self.spans[-1].end)

    @property
    def words(self) -> str:
        """All titles, joined."""
        return ", ".join(span.title for span in self.spans)


def spans_of(plan: Plan, *, start: float = 0.0, grain: float = 0.0) -> tuple[Span, ...]:
    """
    Return the spans of a plan that is played from ``start`` on.

    Pieces of a body at most ``grain`` seconds apart share a span.

    >>> plan = (Wait(2.0), Head(200), Data(b"abc", 1), Close(reset=True))
    >>> Lane("", spans_of(plan)).words
    'wait 2 s, head 200, 3 bytes with 1 token, RST'
    """
    timed, over = _timed(plan, start)
    spans: list[Span] = []
    now = start
    for group in _groups(timed, grain):
        first, last = group[0][0], group[-1][0]
        if first > now:
            spans.append(_wait(now, first))
        spans.append(_span(first, last, [happening for _, happening in group]))
        now = last
    if over > now:
        spans.append(_wait(now, over))
    return tuple(spans)


def shown(seconds: float) -> str:
    """
    Return a number of seconds in the form in which drawings show it.

    >>> shown(0.25), shown(90.00004), shown(0.00004)
    ('0.25 s', '90 s', '0.00004 s')
    """
    return f"{decimal(round(seconds, 3) or seconds)} s"


def stretched(seconds: float, lanes: Iterable[Lane]) -> float:
    """Return the seconds that a drawing covers, with extra room for endless spans."""
    if any(lane.never_ends for lane in lanes):
        return (seconds or 1.0) * _OPEN
    return seconds


def placed(
    spans: Iterable[Span], at: Callable[[float], float], *, smallest: float
) -> Iterator[tuple[Span, float, float]]:
    """
    Yield each span with the positions where it begins and ends.

    ``at`` maps a time to a position. No span is smaller than ``smallest``. If two spans would
    overlap, the second is moved to where the first ends.
    """
    free = -math.inf
    for span in spans:
        left = max(at(span.start), free)
        free = max(at(span.end), left + smallest)
        yield span, left, free


def _timed(plan: Plan, start: float) -> tuple[list[tuple[float, _Happening]], float]:
    """Return the steps before a stall except waits, each with its time, and the plan's end."""
    timed: list[tuple[float, _Happening]] = []
    now = start
    for step in expand(plan):
        if isinstance(step, Wait):
            now += step.seconds
        elif math.isfinite(now):
            timed.append((now, step))
    return timed, now


def _groups(
    timed: Iterable[tuple[float, _Happening]], grain: float
) -> Iterator[list[tuple[float, _Happening]]]:
    group: list[tuple[float, _Happening]] = []
    for now, happening in timed:
        if group and not (
            isinstance(happening, Data | Raw)
            and type(happening) is type(group[-1][1])
            and now - group[-1][0] <= grain
        ):
            yield group
            group = []
        group.append((now, happening))
    if group:
        yield group


def _wait(start: float, end: float) -> Span:
    if math.isinf(end):
        return Span(start, end, "stall", "stall")
    return Span(start, end, "wait", f"wait {shown(end - start)}")


def _span(start: float, end: float, happenings: Sequence[_Happening]) -> Span:
    match happenings[0]:
        case Head(status) as head:
            return Span(start, end, "error" if head.refuses else "head", f"head {status}")
        case End(hang_up):
            return Span(start, end, "end", "end, FIN" if hang_up else "end")
        case Close(reset):
            return Span(start, end, "lost", "RST" if reset else "FIN")
        case _:
            return Span(start, end, "data", _pieces(happenings, end - start))


def _pieces(happenings: Sequence[_Happening], duration: float) -> str:
    pieces = [one for one in happenings if isinstance(one, Data | Raw)]
    raw = isinstance(pieces[0], Raw)
    size = counted(sum(len(one.data) for one in pieces), "raw byte" if raw else "byte")
    tokens = sum(one.tokens for one in pieces if isinstance(one, Data))
    held = f" with {counted(tokens, 'token')}" if tokens else ""
    return f"{size}{held}{f' in {shown(duration)}' if duration else ''}"
