"""
Counts the waits in the client's process that lasted until their time was up.

On a loaded machine, even an immediate retry takes a while. If no wait has completed between two
requests, the client has not paused, even if some time has passed.
"""

from __future__ import annotations

import sys
import threading
import time
from asyncio import TimerHandle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import count
from types import FrameType
from typing import Any

import pytest

from pytest_cerebras.clock import real
from pytest_cerebras.clock.aliases import Aliases

_aliases = Aliases((real.sleep,))
_is_mock_wait: ContextVar[bool] = ContextVar("is_mock_wait", default=False)


@contextmanager
def mock_wait() -> Iterator[None]:
    """Exclude the timers that are set in the block from the count, because they are the mock's."""
    _is_mock_wait.set(True)
    try:
        yield
    finally:
        _is_mock_wait.set(False)  # no token, because the block may end in another context


def _is_the_mock(caller: FrameType) -> bool:
    """Return whether the caller is the mock, whose own sleeps may run in the client's thread."""
    return str(caller.f_globals.get("__name__")).partition(".")[0] == "mockserver"


class CompletedWaits:
    """
    The number of completed waits: sleeps, timers, and other waits that ended by their time-out.

    ``servers`` has the ``ident`` of each thread of the mock server; their waits do not count.
    """

    def __init__(self, servers: frozenset[int] = frozenset()) -> None:
        self._servers = servers
        self._numbers = count(1)
        self._count = 0

    @property
    def count(self) -> int:
        """The number so far."""
        return self._count

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count the waits that are completed during the block, which runs in real time."""
        with pytest.MonkeyPatch.context() as patch, _aliases.replaced({real.sleep: self._sleep}):
            patch.setattr(time, "sleep", self._sleep)
            patch.setattr(TimerHandle, "_run", self._noting_timers(TimerHandle._run))  # noqa: SLF001
            patch.setattr(threading.Condition, "wait", self._noting_waits(real.wait))
            yield

    def _note(self) -> None:
        if threading.get_ident() not in self._servers:
            self._count = next(self._numbers)

    def _sleep(self, seconds: float) -> None:
        real.sleep(seconds)
        if seconds > 0 and not _is_the_mock(sys._getframe(1)):  # noqa: SLF001
            self._note()

    def _noting_timers(self, run: Callable[..., None]) -> Callable[..., None]:
        def noting(handle: TimerHandle) -> None:
            context = handle._context  # type: ignore[attr-defined]  # noqa: SLF001
            if not context.get(_is_mock_wait, False):
                self._note()
            run(handle)

        return noting

    def _noting_waits(self, wait: Callable[..., bool]) -> Callable[..., bool]:
        def noting(condition: threading.Condition, timeout: float | None = None) -> Any:
            notified = wait(condition, timeout)
            if not notified and timeout is not None and timeout > 0:
                self._note()
            return notified

        return noting
