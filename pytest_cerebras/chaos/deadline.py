"""
Ends a run that takes too long in real time, so that no loop can hang the search.

A busy loop is a bug of the app. It is detected by processor time and not by elapsed time, because
on a loaded machine a correct test may take long as well.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import process_time

from pytest_cerebras.clock import real

_GRAIN = 0.25  # seconds between two checks
_TIMES = 6.0  # the limit of real time, as a multiple of the limit of processor time


class TooBusyError(RuntimeError):
    """The test used too much processor time."""


class TooLateError(RuntimeError):
    """The test did not end in time, although it was not busy."""


class Deadline:
    """
    Stops a run that has used more than ``seconds`` of processor time since ``begin``.

    It also stops a run after six times as many seconds of real time. One thread watches all runs,
    until ``close``.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
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
        """End the run."""
        self._begun = None

    def close(self) -> None:
        """End the thread."""
        self._is_closed = True

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

    def _watch(self) -> None:
        while not self._is_closed:
            real.sleep(_GRAIN)
            begun = self._begun
            if begun is not None:
                found = self.error_after(process_time() - begun[0], real.monotonic() - begun[1])
                if found is not None:
                    self._begun, self.error = None, found
                    self.ran_away()
