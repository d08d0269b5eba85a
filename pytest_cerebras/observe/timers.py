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
from time import monotonic
from typing import Any, Protocol, TypeAlias
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


class Horizon(Protocol):
    """The time by which all that a loop has scheduled has happened."""

    def is_past(self) -> bool:
        """Return whether it has come; never where the loop does not run."""
        ...


def horizon_of(loop: AbstractEventLoop | Token) -> Horizon:
    """Return the horizon of a loop as ``running`` returns it."""
    return _OfAsyncio(loop) if isinstance(loop, AbstractEventLoop) else _OfTrio(loop)


class _OfAsyncio:
    """Looks once, for there are loops in which something is always about to happen."""

    def __init__(self, loop: AbstractEventLoop) -> None:
        self._loop = loop
        self._due = _latest(loop) if loop.is_running() else math.inf

    def is_past(self) -> bool:
        return self._loop.time() >= self._due


class _OfTrio:
    """Looks from one deadline to the next, since trio tells of no other, and not for ever."""

    def __init__(self, token: Token) -> None:
        self._token = token
        self._last = monotonic() + SLEEPS
        self._due = math.inf
        self._ahead = 0.0
        self._look()

    def is_past(self) -> bool:
        if monotonic() < self._due:
            return False
        if not self._ahead or monotonic() > self._last:
            return True
        self._look()
        return False

    def _look(self) -> None:
        from trio import RunFinishedError

        self._due = math.inf
        if running() is self._token:
            self._ask()
        else:
            with suppress(RunFinishedError):
                self._token.run_sync_soon(self._ask)

    def _ask(self) -> None:
        from trio.lowlevel import current_statistics

        ahead = current_statistics().seconds_to_next_deadline
        self._ahead = ahead if math.isfinite(ahead) else 0.0
        self._due = monotonic() + self._ahead


def _latest(loop: AbstractEventLoop) -> float:
    """Return when the last timer is due, by the clock of the loop; now where there is none."""
    now = loop.time()
    return max((now, *(_counted(handle, now) for handle in _timers(loop))))


def _timers(loop: AbstractEventLoop) -> Iterable[TimerHandle]:
    if isinstance(loop, BaseEventLoop):
        found = tuple(loop._scheduled)  # type: ignore[attr-defined]  # noqa: SLF001
    else:
        found = tuple(_of_uvloop.get(loop, ()))
    return [handle for handle in found if not handle.cancelled()]


def _counted(handle: TimerHandle, now: float) -> float:
    sleeps = getattr(handle, "_callback", None) is _ends_a_sleep
    return min(handle.when(), now + SLEEPS) if sleeps else handle.when()


def _noting(schedule: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(schedule)
    def scheduled(loop: AbstractEventLoop, *args: Any, **kwargs: Any) -> Any:
        handle = schedule(loop, *args, **kwargs)
        with suppress(TypeError):  # it is due at once, and no timer
            _of_uvloop.setdefault(loop, WeakSet()).add(handle)
        return handle

    return scheduled
