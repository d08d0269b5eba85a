"""
Stops a test that goes on after time has run away, or although nothing it asks is answered any more.

Whoever sleeps or asks is told by an error. That is no help where the test waits for a thread that
the error has ended, or catches it and goes on. So the main thread is interrupted, as by a time-out
of pytest, again and again until the test is over. Windows has no such signals.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from itertools import chain, repeat
from types import FrameType
from typing import Any, Protocol

from . import real

_SIGNAL: Any = getattr(signal, "SIGURG", None)  # ignored where it has no handler; nobody sends it
_PATIENCE = 5.0  # real seconds: a test may end by itself, and clean up
_AFTERWARDS = 1.0


class Reason(Protocol):
    """Why a test is to be stopped; ``ran_away`` is called when there is an ``error``."""

    ran_away: Callable[[], object]

    @property
    def error(self) -> BaseException | None:
        """What has happened, if anything has."""
        ...

    def check(self) -> None:
        """Raise it."""
        ...


class Interruption:
    """Raises the error of a reason in the main thread, if the block goes on after it."""

    def __init__(self, *reasons: Reason) -> None:
        self._reasons = reasons
        self._over = False
        self._before: Any = None

    def __enter__(self) -> None:
        if _SIGNAL is None or threading.current_thread() is not threading.main_thread():
            return
        self._before = signal.signal(_SIGNAL, self._raise)
        for reason in self._reasons:
            reason.ran_away = self._begin
            if reason.error is not None:
                self._begin()

    def __exit__(self, *_: object) -> None:
        self._over = True
        for reason in self._reasons:
            reason.ran_away = lambda: None
        if self._before is not None:
            signal.signal(_SIGNAL, self._before)

    def _begin(self) -> None:
        threading.Thread(target=self._repeat, name="cerebras-interrupt", daemon=True).start()

    def _repeat(self) -> None:
        main = threading.main_thread().ident or 0
        for pause in chain([_PATIENCE], repeat(_AFTERWARDS)):
            real.sleep(pause)
            if self._over:
                return
            signal.pthread_kill(main, _SIGNAL)

    def _raise(self, _: int, frame: FrameType | None) -> None:
        begins_or_ends = frame is not None and frame.f_globals is globals()
        if not (self._over or begins_or_ends):
            for reason in self._reasons:
                reason.check()
