"""
The timers of event loops, by which a client that sets no time-out may be ended all the same.

asyncio shows its own. Those of uvloop are noted when they are set; trio tells when asked from
inside, which takes a moment.
"""

from __future__ import annotations

import asyncio
import math
import sys
from asyncio import AbstractEventLoop, BaseEventLoop, TimerHandle, futures
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary, WeakSet

import pytest

SLEEPS = 60.0
"""Seconds for which a mere sleep counts, since somebody who sleeps may end a request afterwards."""
_ends_a_sleep = futures._set_result_unless_cancelled  # type: ignore[attr-defined]  # noqa: SLF001
_of_uvloop: WeakKeyDictionary[AbstractEventLoop, WeakSet[Any]] = WeakKeyDictionary()
Token: TypeAlias = Any
"""What trio lets other threads in by."""


def running() -> AbstractEventLoop | Token | None:
    """Return the loop that runs in this thread: asyncio's, or trio's token; None for none."""
    loop = asyncio._get_running_loop()  # noqa: SLF001 (raises nothing)
    if loop is not None or "trio" not in sys.modules:
        return loop
    from trio import lowlevel

    return lowlevel.current_trio_token() if lowlevel.in_trio_run() else None


@contextmanager
def noted() -> Iterator[None]:
    """Note the timers that uvloop sets meanwhile."""
    with pytest.MonkeyPatch.context() as patch:
        if "uvloop" in sys.modules:
            loop = sys.modules["uvloop"].Loop
            for name in ("call_later", "call_at"):
                patch.setattr(loop, name, _noting(getattr(loop, name)))
        yield


class Horizon:
    """
    How long anything that a loop has scheduled may take to happen.

    It is looked at once, for there are loops in which something is always about to happen.
    """

    def __init__(self, loop: AbstractEventLoop | Token) -> None:
        self._loop = loop
        self._found: float | None = None
        self._asked = False

    def seconds(self) -> float | None:
        """
        Return the seconds from the first look until the last timer is due, 0 for no timers.

        None as long as that is not known; infinity where the loop does not run.
        """
        if self._found is None and not self._asked:
            self._asked = True
            self._look()
        return self._found

    def _look(self) -> None:
        loop = self._loop
        if isinstance(loop, AbstractEventLoop):
            self._found = _latest(loop) if loop.is_running() else math.inf
            return
        from trio import RunFinishedError

        try:
            loop.run_sync_soon(self._ask)
        except RunFinishedError:
            self._found = math.inf

    def _ask(self) -> None:
        from trio.lowlevel import current_statistics

        ahead = current_statistics().seconds_to_next_deadline
        self._found = max(0.0, ahead) if math.isfinite(ahead) else 0.0


def _latest(loop: AbstractEventLoop) -> float:
    now = loop.time()
    ahead = [_counted(handle, handle.when() - now) for handle in _timers(loop)]
    return max(0.0, *ahead) if ahead else 0.0


def _timers(loop: AbstractEventLoop) -> Iterable[TimerHandle]:
    if isinstance(loop, BaseEventLoop):
        found = tuple(loop._scheduled)  # type: ignore[attr-defined]  # noqa: SLF001
    else:
        found = tuple(_of_uvloop.get(loop, ()))
    return [handle for handle in found if not handle.cancelled()]


def _counted(handle: TimerHandle, ahead: float) -> float:
    sleeps = getattr(handle, "_callback", None) is _ends_a_sleep
    return min(ahead, SLEEPS) if sleeps else ahead


def _noting(schedule: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(schedule)
    def scheduled(loop: AbstractEventLoop, *args: Any, **kwargs: Any) -> Any:
        handle = schedule(loop, *args, **kwargs)
        with suppress(TypeError):  # it is due at once, and no timer
            _of_uvloop.setdefault(loop, WeakSet()).add(handle)
        return handle

    return scheduled
