"""Writes the events of a stream in other formats, most of which the standard allows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Literal, TypeAlias

from mockserver.core.units import Flag, Seconds
from mockserver.plan import Data, Plan, Step

from .base import Context
from .body import resized, streams
from .error_event import EventName
from .events import is_event

LineEnding: TypeAlias = Literal["lf", "crlf", "cr"]
_ENDINGS: Mapping[LineEnding, bytes] = {"lf": b"\n", "crlf": b"\r\n", "cr": b"\r"}
_FIELD = b"data: "


@dataclass(frozen=True, slots=True)
class EventFormat:
    """
    Write each event of a stream in another format; a document is left unchanged.

    ``event`` is the name in an ``event:`` line before the data. ``comments`` puts a comment before
    each event, as routers do to keep connections alive. ``id`` numbers the events. ``retry`` is how
    long a client should wait before it reconnects; the first event announces this. ``line_ending``
    is ``lf``, ``crlf`` or ``cr``. ``multi_line_data`` splits each JSON over two ``data:`` lines.
    ``space: false`` omits the space after ``data:``. ``blank_line: false`` omits the blank line
    between events, so that they are one event according to the standard.

    With any ``event`` name, Cerebras' SDKs (Python, Node) wrap the data as ``{"data": ..., "event":
    ...}``, so all text is lost without an error. Without blank lines, all SDKs and frameworks find
    data after the end of the JSON, and raise an exception that is not one of their own. Apart from
    event names in Cerebras' SDKs, they read all other formats. Hand-written loops over lines lose
    all data if the space is missing, and find broken JSON in multi-line data; they can read events
    without blank lines.
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
        """Rewrite each event."""
        if not streams(plan):
            return plan
        numbers = count(1)
        events = sum(map(is_event, plan))
        written = tuple(
            self._written(step, next(numbers), events) if is_event(step) else self._ended(step)
            for step in plan
        )
        return resized(written, plan)

    def _written(self, step: Data, number: int, last: int) -> Data:
        lines = step.data.rstrip(b"\n").split(b"\n")
        text = b"\n".join((*self._fields(number), *self._data(lines)))
        behind = step.data[len(step.data.rstrip(b"\n")) :]  # the newlines, if no fault cut them
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
            data = line.removeprefix(_FIELD)
            if data is line:
                yield line
            elif self.multi_line_data and data[:1] == b"{":
                yield from (field + data[:1], field + data[1:])
            else:
                yield field + data

    def _ended(self, step: Step) -> Step:
        if not isinstance(step, Data):
            return step
        return replace(step, data=self._with_ending(step.data))

    def _with_ending(self, text: bytes) -> bytes:
        return text.replace(b"\n", _ENDINGS[self.line_ending])
