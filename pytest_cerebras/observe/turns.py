"""
Tells one call of the app by its test from the next: a test that asks twice is no retry.

Each call is a turn. The frame of the test function stands still during a turn: neither its line
nor its values change. A coroutine that the test defines and runs counts as part of the test. A test
that calls an SDK itself is the app, so its loop is judged, unless it expects errors.
"""

from __future__ import annotations

import dis
import inspect
from collections.abc import Sequence
from types import FrameType
from typing import TypeAlias

from .call_sites import of_the_app
from .item_frame import outwards

_State: TypeAlias = tuple[tuple[int, int, tuple[int, ...]], ...]
"""Of each frame of the test which it is, how far it has come, and which values it has."""
_MOST = 10_000  # turns of a test that are told apart
_NEXT = frozenset({"FOR_ITER", "SEND"})  # as in ``for`` and ``async for``


class Turns:
    """The turns of one test; ``expects_errors`` says that it has a ``pytest.raises``."""

    def __init__(self, *, expects_errors: bool) -> None:
        self._expects_errors = expects_errors
        self._known: dict[_State, int] = {}

    def sent_in(self, own: FrameType, frame: FrameType) -> int | None:
        """Return the turn in which a frame sends that the test's ``own`` frame has called."""
        steps, rest = _parted(own, frame)
        if not self._expects_errors and not any(map(_is_app, rest)):
            return None
        return self._number(steps, rest)

    def begun_in(self, own: FrameType, frame: FrameType) -> int | None:
        """Return the turn in which a thread or task begins, on the frame's stack or beside it."""
        return self._number(*_parted(own, frame))

    def _number(self, steps: Sequence[FrameType], rest: Sequence[FrameType]) -> int | None:
        goes_on = bool(rest) and _yields(rest[0]) and _is_iterating(steps[-1])
        now = tuple(_state(one, with_values=not goes_on) for one in steps)
        if now not in self._known and len(self._known) < _MOST:
            self._known[now] = len(self._known) + 1
        return self._known.get(now)


def _parted(own: FrameType, frame: FrameType) -> tuple[list[FrameType], list[FrameType]]:
    """Return the frames that belong to the test, and those within, each from the outside in."""
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
    """Whether it is one of the test function, or a lambda in it."""
    return frame.f_code.co_name.startswith("<") and _is_within(own, frame)


def _is_coroutine(own: FrameType, frame: FrameType) -> bool:
    """Whether it is one that the test function defines."""
    return bool(frame.f_code.co_flags & inspect.CO_COROUTINE) and _is_within(own, frame)


def _is_within(own: FrameType, frame: FrameType) -> bool:
    outer, inner = own.f_code, frame.f_code
    within = inner.co_qualname.startswith(f"{outer.co_qualname}.<locals>.")
    return within and inner.co_filename == outer.co_filename


def _yields(frame: FrameType) -> bool:
    return bool(frame.f_code.co_flags & (inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR))


def _is_iterating(frame: FrameType) -> bool:
    """Whether it waits for the next thing to go through; that there was one is no new turn."""
    return dis.opname[frame.f_code.co_code[_at(frame)]] in _NEXT


def _at(frame: FrameType) -> int:
    """Return where its instruction begins: 3.12 may point at the cache behind it."""
    code, at = frame.f_code.co_code, frame.f_lasti
    while at > 0 and code[at] == dis.opmap["CACHE"]:
        at -= 2
    return at


def _state(frame: FrameType, *, with_values: bool) -> tuple[int, int, tuple[int, ...]]:
    if not with_values:
        return id(frame), _at(frame), ()
    values, code = frame.f_locals, frame.f_code
    shared = {*code.co_cellvars, *code.co_freevars}  # which the app may change
    own = (id(value) for name, value in values.items() if name not in shared)
    return id(frame), _at(frame), tuple(own)
