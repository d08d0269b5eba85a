"""Writes the events of a stream in another way, of those that the standard allows, or almost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Literal, TypeAlias

from mockserver.core.units import Flag, Seconds
from mockserver.plan import Data, Plan, Step

from .base import Context
from .body import length_of, resized, streams
from .error_event import EventName
from .events import is_event

LineEnding: TypeAlias = Literal["lf", "crlf", "cr"]
_ENDINGS: Mapping[LineEnding, bytes] = {"lf": b"\n", "crlf": b"\r\n", "cr": b"\r"}
_FIELD = b"data: "


@dataclass(frozen=True, slots=True)
class EventFormat:
    """
    Write each event of a stream in another way; a document stays as it is.

    ``event`` is a name in a line before the data. ``comments`` puts a comment before it, as routers
    do that keep connections alive. ``id`` numbers the events. ``retry`` tells the first one how
    long to wait before connecting again. ``line_ending`` is ``lf``, ``crlf`` or ``cr``.
    ``multi_line_data`` parts each JSON over two ``data:`` lines. ``space: false`` leaves out the
    space behind ``data:``. ``blank_line: false`` leaves out the line between two events, so that
    by the standard all of them are one.

    With an ``event`` of any name Cerebras' SDKs (Python, Node) wrap what is said as ``{"data": ...,
    "event": ...}``: all text is lost without an error. The other formats are read by all SDKs and
    frameworks; loops of one's own over lines lose everything without the space, and find broken
    JSON in several lines. Without blank lines these loops get along, and the SDKs find JSON that
    goes on behind its end, which is no error of their own.
    """

    event: EventName | None = None
    comments: Flag = False
    id: Flag = False
    retry: Seconds | None = None
    line_ending: LineEnding = "lf"
    multi_line_data: Flag = False
    space: Flag = True
    blank_line: Flag = True

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Write each event anew."""
        if not streams(plan):
            return plan
        numbers = count(1)
        events = sum(map(is_event, plan))
        written = tuple(
            self._written(step, next(numbers), events) if is_event(step) else self._ended(step)
            for step in plan
        )
        return resized(written, length_of(written) - length_of(plan))

    def _written(self, step: Data, number: int, last: int) -> Data:
        lines = step.data.rstrip(b"\n").split(b"\n")
        text = b"\n".join((*self._fields(number), *self._data(lines)))
        behind = step.data[len(step.data.rstrip(b"\n")) :]  # nothing, where another fault has cut
        if behind and not self.blank_line and number < last:
            behind = b"\n"
        return replace(step, data=self._with_ending(text + behind))

    def _fields(self, number: int) -> Iterator[bytes]:
        if self.comments:
            yield b": comment"
        if self.event is not None:
            yield f"event: {self.event}".encode()
        if self.id:
            yield f"id: {number}".encode()
        if self.retry is not None and number == 1:
            yield f"retry: {round(self.retry * 1000)}".encode()

    def _data(self, lines: list[bytes]) -> Iterator[bytes]:
        field = _FIELD if self.space else _FIELD.rstrip()
        for line in lines:
            said = line.removeprefix(_FIELD)
            if said is line:
                yield line
            elif self.multi_line_data and said[:1] == b"{":
                yield from (field + said[:1], field + said[1:])
            else:
                yield field + said

    def _ended(self, step: Step) -> Step:
        if not isinstance(step, Data):
            return step
        return replace(step, data=self._with_ending(step.data))

    def _with_ending(self, text: bytes) -> bytes:
        return text.replace(b"\n", _ENDINGS[self.line_ending])
