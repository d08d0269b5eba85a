"""
Distinguishes a test's calls of the app, because a second call by the test is not a retry.

Each call is a turn. During a turn, neither the current instruction nor the values in the frame of
the test function change. A coroutine that the test defines and runs counts as part of the test. A
test that calls an SDK directly counts as the app. So a loop in such a test is judged like a loop in
an app, unless the test expects errors.
"""

from __future__ import annotations

import dis
import inspect
from collections.abc import Sequence
from types import FrameType
from typing import TypeAlias

from .call_sites import of_the_app
from .stack import outwards

_State: TypeAlias = tuple[tuple[int, int, tuple[int, ...]], ...]
"""
The state of each frame of the test: its id, its current instruction, and the ids of its values.
"""
_MOST = 10_000  # the maximum number of turns of a test
_NEXT = frozenset({"FOR_ITER", "SEND"})  # the instructions of ``for`` and ``async for``


class Turns:
    """The turns of one test; ``expects_errors`` is true if the test uses ``pytest.raises``."""

    def __init__(self, *, expects_errors: bool) -> None:
        self._expects_errors = expects_errors
        self._known: dict[_State, int] = {}

    def sent_in(self, own: FrameType, frame: FrameType) -> int | None:
        """
        Return the turn in which a frame sends a request.

        The result is None if the test itself is the app, or has had too many turns to count.
        ``own``, the frame of the test function, is one of the callers of ``frame``.
        """
        steps, rest = _parted(own, frame)
        if not self._expects_errors and not any(map(_is_app, rest)):
            return None
        return self._number(steps, rest)

    def begun_in(self, own: FrameType, frame: FrameType) -> int | None:
        """Return the turn in which a frame starts a thread or task."""
        return self._number(*_parted(own, frame))

    def _number(self, steps: Sequence[FrameType], rest: Sequence[FrameType]) -> int | None:
        goes_on = bool(rest) and _yields(rest[0]) and _is_iterating(steps[-1])
        now = tuple(_state(one, with_values=not goes_on) for one in steps)
        if now not in self._known and len(self._known) < _MOST:
            self._known[now] = len(self._known) + 1
        return self._known.get(now)


def _parted(own: FrameType, frame: FrameType) -> tuple[list[FrameType], list[FrameType]]:
    """Return the frames of the test, and the frames that they called, both outermost first."""
    inner: list[FrameType] = []
    for one in outwards(frame):
        if one is own:
            break
        inner.append(one)
    inner.reverse()
    steps, begin = [own], 0
    for at, one in enumerate(inner):
        if at == begin and _is_comprehension(own, one):
            pass
        elif not _is_coroutine(own, one):
            if _is_app(one):
                break
            continue
        steps.append(one)
        begin = at + 1
    return steps, inner[begin:]


def _is_app(frame: FrameType) -> bool:
    return of_the_app(frame.f_code.co_filename) is not None


def _is_comprehension(own: FrameType, frame: FrameType) -> bool:
    """Return whether a frame is a comprehension or lambda in the test function."""
    return frame.f_code.co_name.startswith("<") and _is_within(own, frame)


def _is_coroutine(own: FrameType, frame: FrameType) -> bool:
    """Return whether a frame is a coroutine that the test function defines."""
    return bool(frame.f_code.co_flags & inspect.CO_COROUTINE) and _is_within(own, frame)


def _is_within(own: FrameType, frame: FrameType) -> bool:
    outer, inner = own.f_code, frame.f_code
    within = inner.co_qualname.startswith(f"{outer.co_qualname}.<locals>.")
    return within and inner.co_filename == outer.co_filename


def _yields(frame: FrameType) -> bool:
    return bool(frame.f_code.co_flags & (inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR))


def _is_iterating(frame: FrameType) -> bool:
    """Return whether a frame is getting the next item for a loop, which does not begin a turn."""
    return dis.opname[frame.f_code.co_code[_at(frame)]] in _NEXT


def _at(frame: FrameType) -> int:
    """
    Return the offset of a frame's instruction.

    In Python 3.12, ``f_lasti`` may be the offset of a cache entry after the instruction.
    """
    code, at = frame.f_code.co_code, frame.f_lasti
    while at > 0 and code[at] == dis.opmap["CACHE"]:
        at -= 2
    return at


def _state(frame: FrameType, *, with_values: bool) -> tuple[int, int, tuple[int, ...]]:
    if not with_values:
        return id(frame), _at(frame), ()
    values, code = frame.f_locals, frame.f_code
    shared = {*code.co_cellvars, *code.co_freevars}  # the app may change these during a turn
    own = (id(value) for name, value in values.items() if name not in shared)
    return id(frame), _at(frame), tuple(own)
