"""
Counts how often a test has called its app.

A test that asks twice is no client that retries: between the two the app was over. That is seen in
the frame of the test function, which stands still as long as the app runs. A test function that
calls an SDK itself is the app, and its loop is judged as the app's; unless it expects the errors.
"""

from __future__ import annotations

import dis
import inspect
from types import FrameType
from typing import TypeAlias

from .call_sites import of_the_app
from .own_frame import outwards

_State: TypeAlias = tuple[int, int, tuple[int, ...]]
"""Which frame, how far it has come, and which values it has."""
_NEXT = frozenset({"FOR_ITER", "SEND"})  # as in ``for`` and ``async for``


class Turns:
    """The turns of one test; ``expects_errors`` says that it has a ``pytest.raises``."""

    def __init__(self, *, expects_errors: bool) -> None:
        self._expects_errors = expects_errors
        self._count = 0
        self._last: list[_State] = []

    def of(self, own: FrameType, frame: FrameType) -> int | None:
        """Return the turn in which a frame sends that the test's ``own`` frame has called."""
        between: list[FrameType] = []
        for one in outwards(frame):
            if one is own:
                break
            between.append(one)
        steps = [own]
        while between and _is_part_of(own, between[-1]):
            steps.append(between.pop())
        called = between[-1] if between else None
        is_app = called is not None and of_the_app(called.f_code.co_filename) is not None
        if not is_app and not self._expects_errors:
            return None
        goes_on = called is not None and _yields(called) and _is_iterating(steps[-1])
        now = [_state(one, with_values=not goes_on) for one in steps]
        if now != self._last:
            self._count += 1
            self._last = now
        return self._count


def _is_part_of(own: FrameType, frame: FrameType) -> bool:
    """Whether it is a comprehension or lambda of the test function."""
    name, code = frame.f_code.co_name, frame.f_code
    return name.startswith("<") and code.co_filename == own.f_code.co_filename


def _yields(frame: FrameType) -> bool:
    return bool(frame.f_code.co_flags & (inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR))


def _is_iterating(frame: FrameType) -> bool:
    """Whether it waits for the next thing to go through; that there was one is no new turn."""
    return dis.opname[frame.f_code.co_code[frame.f_lasti]] in _NEXT


def _state(frame: FrameType, *, with_values: bool) -> _State:
    if not with_values:
        return id(frame), frame.f_lasti, ()
    values, code = frame.f_locals, frame.f_code
    shared = {*code.co_cellvars, *code.co_freevars}  # which the app may change
    own = (id(value) for name, value in values.items() if name not in shared)
    return id(frame), frame.f_lasti, tuple(own)
