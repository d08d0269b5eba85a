"""
Stops a test that goes on after time has run away.

Whoever sleeps is told by an error. That is no help where the test waits for a thread that the error
has ended, or catches it once and goes on. So the main thread is interrupted, as by a time-out of
pytest, again and again until the test is over. Windows has no such signals.
"""

from __future__ import annotations

import signal
import threading
from itertools import chain, repeat
from types import FrameType
from typing import Any

from . import real
from .virtual import VirtualClock

_SIGNAL: Any = getattr(signal, "SIGURG", None)  # ignored where it has no handler; nobody sends it
_PATIENCE = 5.0  # real seconds: a test may end by itself, and clean up
_AFTERWARDS = 1.0


class Interruption:
    """Raises RunawayError in the main thread, if the block goes on after the clock did."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._over = False
        self._before: Any = None

    def __enter__(self) -> None:
        if _SIGNAL is None or threading.current_thread() is not threading.main_thread():
            return
        self._before = signal.signal(_SIGNAL, self._raise)
        self._clock.ran_away = self._begin
        if self._clock.error is not None:
            self._begin()

    def __exit__(self, *_: object) -> None:
        self._over = True
        self._clock.ran_away = lambda: None
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
            self._clock.check()
