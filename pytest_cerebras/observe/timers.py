"""
The timers of event loops. A timer may end a request that has no time-out of its own.

The timers of an asyncio loop can be read. The timers of uvloop are recorded when they are set. trio
reveals its next deadline only to code inside its loop, so reading the deadline takes a moment.
"""

from __future__ import annotations

import asyncio
import math
import sys
from abc import ABC, abstractmethod
from asyncio import AbstractEventLoop, BaseEventLoop, TimerHandle, futures
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from time import monotonic
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary, WeakSet

import pytest

SLEEPS = 60.0
"""
A task's sleep counts as a timer, because the task may end a request afterwards. If the sleep is
longer than this many seconds, the rest of it does not count.
"""
_ROUNDS = 50  # iterations of a loop: enough to cancel a request and close its connection
_ends_a_sleep = futures._set_result_unless_cancelled  # type: ignore[attr-defined]  # noqa: SLF001
_of_uvloop: WeakKeyDictionary[AbstractEventLoop, WeakSet[Any]] = WeakKeyDictionary()
Token: TypeAlias = Any
"""A trio token, by which other threads can call into a trio loop."""


def running() -> AbstractEventLoop | Token | None:
    """Return the asyncio loop that runs in this thread, or trio's token; None for neither."""
    loop = asyncio._get_running_loop()  # noqa: SLF001 (raises nothing)
    if loop is not None or "trio" not in sys.modules:
        return loop
    from trio import lowlevel

    return lowlevel.current_trio_token() if lowlevel.in_trio_run() else None


@contextmanager
def noted() -> Iterator[None]:
    """Record the timers that uvloop sets during the block."""
    with pytest.MonkeyPatch.context() as patch:
        if "uvloop" in sys.modules:
            loop = sys.modules["uvloop"].Loop
            for name in ("call_later", "call_at"):
                patch.setattr(loop, name, _noting(getattr(loop, name)))
        yield


class Horizon(ABC):
    """
    The time by which all timers of a loop have fired and taken effect.

    On a loaded machine, a loop may be late. So after the last timer, the loop has to complete a few
    more iterations, because a cancelled request needs these to end.
    """

    _due = math.inf

    def __init__(self) -> None:
        self._rounds = 0

    def is_past(self) -> bool:
        """Return whether the horizon has passed; it never passes if the loop does not run."""
        if self._now() < self._due:
            return False
        if not self._rounds:
            self._go_round()
        return self._rounds > _ROUNDS and self._is_last()

    def _go_round(self) -> None:
        self._rounds += 1
        if self._rounds <= _ROUNDS:
            self._let_in(self._go_round)

    @abstractmethod
    def _now(self) -> float:
        """Return the time by the loop's clock."""

    @abstractmethod
    def _let_in(self, act: Callable[[], object]) -> None:
        """Let the loop call a function in its next iteration; a stopped loop never calls it."""

    @abstractmethod
    def _is_last(self) -> bool:
        """Return whether no more timers have to be awaited."""


def horizon_of(loop: AbstractEventLoop | Token) -> Horizon:
    """Return the horizon of a loop; ``loop`` has the form that ``running`` returns."""
    return _OfAsyncio(loop) if isinstance(loop, AbstractEventLoop) else _OfTrio(loop)


class _OfAsyncio(Horizon):
    """
    The horizon of an asyncio loop.

    Reads the timers only once, because some loops always have another timer ahead.
    """

    def __init__(self, loop: AbstractEventLoop) -> None:
        super().__init__()
        self._loop = loop
        self._due = _latest(loop) if loop.is_running() else math.inf

    def _now(self) -> float:
        return self._loop.time()

    def _let_in(self, act: Callable[[], object]) -> None:
        with suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(act)

    def _is_last(self) -> bool:
        return True


class _OfTrio(Horizon):
    """
    The horizon of a trio loop.

    Waits for one deadline after another, because trio reveals only the next one. Stops after
    ``SLEEPS`` seconds.
    """

    def __init__(self, token: Token) -> None:
        super().__init__()
        self._token = token
        self._last = monotonic() + SLEEPS
        self._is_idle = False
        self._look()

    def _now(self) -> float:
        return monotonic()

    def _let_in(self, act: Callable[[], object]) -> None:
        from trio import RunFinishedError

        with suppress(RunFinishedError):
            self._token.run_sync_soon(act)

    def _is_last(self) -> bool:
        if self._is_idle or monotonic() > self._last:
            return True
        self._due, self._rounds = math.inf, 0
        self._look()
        return False

    def _look(self) -> None:
        self._ask() if running() is self._token else self._let_in(self._ask)

    def _ask(self) -> None:
        from trio.lowlevel import current_statistics

        ahead = current_statistics().seconds_to_next_deadline
        self._is_idle = math.isinf(ahead)
        self._due = monotonic() + (0.0 if self._is_idle else ahead)


def _latest(loop: AbstractEventLoop) -> float:
    """Return the loop's time at its last timer; without a timer, return the loop's present time."""
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
        with suppress(TypeError):  # for a delay of 0, uvloop returns a handle that is no timer
            _of_uvloop.setdefault(loop, WeakSet()).add(handle)
        return handle

    return scheduled
