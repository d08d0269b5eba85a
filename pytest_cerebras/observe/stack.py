"""Walks the stack of a thread, and the chain of coroutines that a task awaits."""

from __future__ import annotations

from collections.abc import Iterator
from types import FrameType

_DEEPEST = 1000  # frames: the default limit of Python


def outwards(frame: FrameType | None) -> Iterator[FrameType]:
    """Yield a frame and its callers, innermost first."""
    for _ in range(_DEEPEST):
        if frame is None:
            return
        yield frame
        frame = frame.f_back


def inwards(coroutine: object) -> Iterator[FrameType]:
    """Yield the frames of a coroutine and of the coroutines that it awaits, outermost first."""
    for _ in range(_DEEPEST):
        if coroutine is None:
            return
        frame = getattr(coroutine, "cr_frame", None) or getattr(coroutine, "gi_frame", None)
        if isinstance(frame, FrameType):
            yield frame
        inner = getattr(coroutine, "cr_await", None) or getattr(coroutine, "gi_yieldfrom", None)
        coroutine = inner
