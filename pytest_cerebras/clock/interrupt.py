"""
Stops a test that keeps running after virtual time ran away or the request budget was used up.

In both cases, an error is raised in the thread that sleeps or sends. This alone does not always end
the test: the test may catch the error and continue, or wait for the thread that the error killed.
So a signal interrupts the main thread repeatedly until the test is over, as in pytest-timeout.
Windows has no such signals.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from itertools import chain, repeat
from types import FrameType
from typing import Any, Protocol

from . import real

# SIGURG is safe: a process without a handler ignores it, and in practice no program sends it
_SIGNAL: Any = getattr(signal, "SIGURG", None)
_PATIENCE = 5.0  # real seconds in which a test may end by itself and clean up
_AFTERWARDS = 1.0  # real seconds between further signals


class Reason(Protocol):
    """A possible reason to stop a test; ``ran_away`` is called as soon as there is an ``error``."""

    ran_away: Callable[[], object]

    @property
    def error(self) -> BaseException | None:
        """The error that stops the test; None as long as the test may continue."""
        ...

    def check(self) -> None:
        """Raise the error if there is one."""
        ...


class Interruption:
    """Raises a reason's ``error`` in the main thread repeatedly if the block does not end."""

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
        # an error raised inside ``__exit__`` would prevent it from restoring the handler
        begins_or_ends = frame is not None and frame.f_globals is globals()
        if not (self._over or begins_or_ends):
            for reason in self._reasons:
                reason.check()
