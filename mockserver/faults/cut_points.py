"""Byte offsets in the body of an answer at which a cut is hard for parsers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import takewhile
from typing import Literal, NamedTuple, TypeAlias

from mockserver.plan import Data, Plan, head_of

from .body import cut, length_of, streams

_MULTIBYTE = re.compile(rb"[\xc2-\xf4]")  # the first byte of a multi-byte character
_ARGUMENTS = re.compile(rb'"arguments":"((?:[^"\\]|\\.)+)"')
_NAME = b'"name":'
Inside: TypeAlias = Literal["json", "character", "tool_arguments"]


class Piece(NamedTuple):
    """An event or a document, and the number of bytes before it in the body."""

    begins: int
    data: bytes

    @property
    def ends(self) -> int:
        """The offset at which the piece ends."""
        return self.begins + len(self.data)


def pieces(plan: Plan) -> list[Piece]:
    """Return the document, or those events of a stream that have data."""
    found, begins, streaming = [], 0, streams(plan)
    for step in plan:
        if isinstance(step, Data):
            if not streaming or b"data:" in step.data:
                found.append(Piece(begins, step.data))
            begins += len(step.data)
    return found


def parted_at(plan: Plan, size: int) -> tuple[Plan, Plan]:
    """Split a plan after ``size`` bytes of its body, or right after the head if ``size`` is 0."""
    head = head_of(plan)
    first = plan.index(head) + 1 if head else 0
    for place, step in enumerate(plan[first:], first):
        if not size:
            return plan[:place], plan[place:]
        if isinstance(step, Data):
            if size < len(step.data):
                before, behind = cut(step, size)
                return (*plan[:place], before), (behind, *plan[place + 1 :])
            size -= len(step.data)
    return plan, ()


def _in_json(plan: Plan, size: int) -> int | None:
    """Return the middle of the next event with JSON, or of the rest of a document."""
    if not streams(plan):
        return (size + length_of(plan)) // 2
    found = (piece for piece in pieces(plan) if piece.begins >= size and b"{" in piece.data)
    piece = next(found, None)
    return None if piece is None else (piece.begins + piece.ends) // 2


def _in_character(plan: Plan, size: int) -> int | None:
    """Return the offset after the first byte of the next multi-byte character."""
    body = b"".join(step.data for step in plan if isinstance(step, Data))
    found = _MULTIBYTE.search(body, size)
    return None if found is None else found.start() + 1


def _in_arguments(plan: Plan, size: int) -> int | None:
    """
    Return the middle of the next call's arguments.

    If the arguments span several events, return an offset between two of these events instead.
    """
    found = [
        (piece, text)
        for piece in pieces(plan)
        for text in _ARGUMENTS.finditer(piece.data)
        if piece.begins + text.start(1) >= size
    ]
    if not found:
        return None
    (first, text), *others = found
    more = [piece for piece, _ in takewhile(lambda one: _NAME not in one[0].data, others)]
    if _NAME in first.data or not more:
        return first.begins + sum(text.span(1)) // 2
    return [first, *more][len(more) // 2].ends


INSIDES: Mapping[Inside, Callable[[Plan, int], int | None]] = {
    "json": _in_json,
    "character": _in_character,
    "tool_arguments": _in_arguments,
}
"""Each function returns the first place for a cut at or after an offset; None if there is none."""
