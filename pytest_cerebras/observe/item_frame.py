"""
Finds the stack frame of the test function, and reads its code.

With the frame, the test's local variables can still be read after the function has returned.
"""

from __future__ import annotations

import asyncio
import dis
import inspect
import sys
import threading
from asyncio import BaseEventLoop
from collections.abc import Iterator
from types import CodeType, FrameType
from typing import Any

import pytest

from .stack import inwards, outwards

_RUN = BaseEventLoop.run_forever
_DEEPEST = 400  # decorators that are unwrapped
_RAISING = frozenset(
    {"RaisesGroup", "assertLogs", "assertRaises", "assertRaisesRegex", "assertWarns", "raises"}
    | {"warns"}
)
_CATCHING = frozenset({"exception", "gather", "invoke", "return_exceptions", "suppress"})
_OF_THE_MOCK = frozenset({"calls", "requests"})  # attributes with the mock's answers


def codes_of(item: pytest.Item) -> frozenset[CodeType]:
    """Return the code objects of a test: its function, and any function that Hypothesis wraps."""
    found, one = [], getattr(item, "obj", None)
    for _ in range(_DEEPEST):
        if one is None:
            break
        found.append(getattr(inspect.unwrap(one), "__code__", None))
        hypothesis = getattr(one, "hypothesis", None)  # Hypothesis runs the inner function
        one = getattr(hypothesis, "inner_test", None)
    return frozenset(code for code in found if code is not None)


def frame_of(codes: frozenset[CodeType], frame: FrameType | None) -> FrameType | None:
    """Return the frame that runs one of the code objects: this frame, or one of its callers."""
    return next((one for one in outwards(frame) if one.f_code in codes), None)


def frame_elsewhere(codes: frozenset[CodeType]) -> FrameType | None:
    """Return the frame that runs one of the code objects, in the main thread or a task there."""
    outer = main_frame()
    found = frame_of(codes, outer)
    if found is not None:
        return found
    for task in _tasks(outer):
        for frame in inwards(task.get_coro()):
            if frame.f_code in codes:
                return frame
    return None


def main_frame() -> FrameType | None:
    """Return the innermost frame of the main thread."""
    return sys._current_frames().get(threading.main_thread().ident or 0)  # noqa: SLF001


def raises(codes: frozenset[CodeType]) -> bool:
    """Return whether a test asserts an exception, warning or log, as with ``pytest.raises``."""
    return not _names(codes).isdisjoint(_RAISING)


def catches(codes: frozenset[CodeType]) -> bool:
    """Return whether a test may catch an exception itself, or calls a function that may."""
    steps = [
        step.opname
        for code in codes
        for each in _nested(code)
        for step in dis.get_instructions(each)
    ]
    handlers = steps.count("PUSH_EXC_INFO") - steps.count("WITH_EXCEPT_START")
    return handlers > 0 or not _names(codes).isdisjoint(_CATCHING)


def asks_mock(codes: frozenset[CodeType]) -> bool:
    """Return whether a test may hold texts that it got from the mock rather than from the app."""
    return not _names(codes).isdisjoint(_OF_THE_MOCK)


def _names(codes: frozenset[CodeType]) -> set[str]:
    return {name for code in codes for each in _nested(code) for name in each.co_names}


def _nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield from _nested(one)


def _tasks(outer: FrameType | None) -> list[asyncio.Task[Any]]:
    """Return the tasks of the loop that runs in the main thread."""
    loops = (one.f_locals.get("self") for one in outwards(outer) if one.f_code is _RUN.__code__)
    loop = next(loops, None)
    return list(asyncio.all_tasks(loop)) if isinstance(loop, BaseEventLoop) else []
