"""Finds the frame of the test function: its locals stay when the function has returned."""

from __future__ import annotations

import asyncio
import dis
import inspect
import sys
import threading
from collections.abc import Iterator
from types import CodeType, FrameType
from typing import Any

import pytest

_DEEPEST = 400  # frames that are looked through, and coroutines
_RAISING = ("raises", "warns", "assertRaises", "assertRaisesRegex", "assertWarns", "assertLogs")


def codes_of(item: pytest.Item) -> frozenset[CodeType]:
    """Return the code of a test: its function, and what a decorator has wrapped."""
    found, one = [], getattr(item, "obj", None)
    for _ in range(_DEEPEST):
        if one is None:
            break
        found.append(getattr(inspect.unwrap(one), "__code__", None))
        hypothesis = getattr(one, "hypothesis", None)  # an example runs the function within
        one = getattr(hypothesis, "inner_test", None)
    return frozenset(code for code in found if code is not None)


def frame_of(codes: frozenset[CodeType], frame: FrameType | None) -> FrameType | None:
    """Return the frame of one of the codes: a frame of this thread, or who has called it."""
    return next((one for one in outwards(frame) if one.f_code in codes), None)


def frame_elsewhere(codes: frozenset[CodeType]) -> FrameType | None:
    """Return such a frame of another thread, or of a task that waits."""
    main = threading.main_thread().ident
    found = frame_of(codes, sys._current_frames().get(main or 0))  # noqa: SLF001
    if found is not None:
        return found
    for task in _tasks():
        for frame in _inwards(task.get_coro()):
            if frame.f_code in codes:
                return frame
    return None


def outwards(frame: FrameType | None) -> Iterator[FrameType]:
    """Yield a frame, and who has called it."""
    for _ in range(_DEEPEST):
        if frame is None:
            return
        yield frame
        frame = frame.f_back


def raises(codes: frozenset[CodeType]) -> bool:
    """Whether a test that goes well has met an exception: it asserts that there is one."""
    return any(name in _RAISING for code in codes for name in code.co_names)


def catches(codes: frozenset[CodeType]) -> bool:
    """Whether a test can catch an exception by a clause of its own."""
    return any(
        step.opname in ("CHECK_EXC_MATCH", "CHECK_EG_MATCH")
        for code in codes
        for each in _nested(code)
        for step in dis.get_instructions(each)
    )


def _nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield from _nested(one)


def _tasks() -> list[asyncio.Task[Any]]:
    try:
        return list(asyncio.all_tasks())
    except RuntimeError:  # no loop runs in this thread
        return []


def _inwards(coroutine: Any) -> Iterator[FrameType]:
    """Yield the frames of a coroutine, and of what it awaits."""
    for _ in range(_DEEPEST):
        frame = getattr(coroutine, "cr_frame", None)
        if frame is None:
            return
        yield frame
        coroutine = getattr(coroutine, "cr_await", None)
