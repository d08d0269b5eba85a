"""
Ends a run that uses too much processor time or real time, so that no loop can hang the search.

A busy loop is a bug of the app. It shows in processor time. Real time proves little, because a
correct test may also take long on a loaded machine. So the limit of real time is far higher.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from time import process_time
from typing import Any

import pytest

from pytest_cerebras.clock import real
from pytest_cerebras.settings.names import MARKER

_GRAIN = 0.25  # seconds between two checks
_TIMES = 6.0  # the limit of real time, as a multiple of the limit of processor time
_LEAST_SECONDS = 10.0  # the least time limit of a run; a slow test gets more
_TIMES_KNOWN = 20.0


class TooBusyError(RuntimeError):
    """The test used too much processor time."""


class TooLateError(RuntimeError):
    """The test did not end in time, although it was not busy."""


class Deadline:
    """
    Stops a run that has used more than ``seconds`` of processor time since ``begin``.

    It also stops a run after six times as many seconds of real time and, if ``until`` is given,
    when the real clock shows that time. One thread watches all runs, until ``close``.
    """

    def __init__(self, seconds: float = _LEAST_SECONDS) -> None:
        self.seconds = seconds
        self.until: float | None = None
        self.error: TooBusyError | TooLateError | None = None
        self.ran_away: Callable[[], object] = lambda: None
        self._begun: tuple[float, float] | None = None
        self._is_closed = False
        self._thread = threading.Thread(target=self._watch, name="cerebras-deadline", daemon=True)

    def begin(self) -> None:
        """Start the time limit of a run."""
        self.error = None
        self._begun = process_time(), real.monotonic()
        if not self._thread.is_alive() and not self._is_closed:
            real.start(self._thread)

    def end(self) -> None:
        """Stop timing the run."""
        self._begun = None

    def close(self) -> None:
        """End the thread."""
        self._is_closed = True

    def allow(self, seconds: float) -> None:
        """Set the limit for the runs of a test that takes this many ``seconds`` without faults."""
        self.seconds = max(_LEAST_SECONDS, _TIMES_KNOWN * seconds)

    def check(self) -> None:
        """Raise the error if the run has exceeded a limit."""
        if self.error is not None:
            raise self.error

    def error_after(self, busy: float, passed: float) -> TooBusyError | TooLateError | None:
        """Return the error of a run, given its processor time and its real time so far."""
        if busy > self.seconds:
            return TooBusyError(f"the test used more processor time than {self.seconds:g} s")
        if passed > self.seconds * _TIMES:
            return TooLateError(f"the test did not end within {self.seconds * _TIMES:g} s")
        return None

    def error_at(self, now: float) -> TooLateError | None:
        """Return the error of a run that has not ended when the real clock shows ``now``."""
        is_up = self.until is not None and now >= self.until
        return TooLateError("the time for all runs is used up") if is_up else None

    def _watch(self) -> None:
        while not self._is_closed:
            real.sleep(_GRAIN)
            begun = self._begun
            if begun is not None:
                now = real.monotonic()
                found = self.error_after(process_time() - begun[0], now - begun[1])
                found = found or self.error_at(now)
                if found is not None:
                    self._begun, self.error = None, found
                    self.ran_away()


class RunsUnderDeadline:
    """
    The hook that applies the deadline to each run whose item has ``key`` in its stash.

    It ignores other runs.
    """

    def __init__(self, key: pytest.StashKey[Any]) -> None:
        self.deadline = Deadline()
        self._key = key

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, None, None]:
        """Apply the deadline to a run."""
        mock = mock_of(item)
        if self._key not in item.stash or mock is None:
            return (yield)
        mock.deadline = self.deadline
        self.deadline.begin()
        try:
            return (yield)
        finally:
            self.deadline.end()


def mock_of(item: pytest.Item) -> Any:
    """Return the mock of an item that is running, or None if the item has no mock."""
    return (getattr(item, "funcargs", None) or {}).get(MARKER)
