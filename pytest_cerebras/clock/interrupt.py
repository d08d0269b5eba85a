"""
Stops a test that keeps running after virtual time has run away or its request budget is used up.

Both raise an error in the thread that sleeps or sends. The error alone does not always end the
test: the test may catch it and continue, or wait for the thread that the error has killed. So a
signal interrupts the main thread, as pytest-timeout does, again and again until the test is over.
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

# SIGURG is safe: without a handler it is ignored, and in practice no program sends it
_SIGNAL: Any = getattr(signal, "SIGURG", None)
_PATIENCE = 5.0  # real seconds in which a test may end by itself, and clean up
_AFTERWARDS = 1.0  # real seconds between further signals


class Reason(Protocol):
    """A possible reason to stop a test; it calls ``ran_away`` as soon as it has an ``error``."""

    ran_away: Callable[[], object]

    @property
    def error(self) -> BaseException | None:
        """The error that stops the test; None as long as there is no reason."""
        ...

    def check(self) -> None:
        """Raise the error, if there is one."""
        ...


class Interruption:
    """Raises a reason's error in the main thread, if the block keeps running in spite of it."""

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
        # an error raised inside ``__exit__`` would keep it from restoring the handler
        begins_or_ends = frame is not None and frame.f_globals is globals()
        if not (self._over or begins_or_ends):
            for reason in self._reasons:
                reason.check()
