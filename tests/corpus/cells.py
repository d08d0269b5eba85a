"""The cells of the corpus: each twin of each pair, in each mode, on each clock, within a limit."""

from __future__ import annotations

import faulthandler
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from .pair import CLOCKS, MODES, TWINS, Told, pairs

LIMIT = 20  # seconds that a cell may take
_AGAIN = 1  # each second after that, for who waits again on the way out
_LAST_RESORT = 10  # more of them, and its process is ended: what hangs heeds no signal


@dataclass(frozen=True, slots=True)
class Cell:
    """An app, and where it runs."""

    told: Told
    twin: str
    mode: str
    clock: str

    @property
    def name(self) -> str:
        """The cell as one word."""
        return f"{self.told.name}-{self.twin}-{self.mode}-{self.clock}"

    @property
    def marker(self) -> dict[str, object]:
        """The arguments of the plugin's marker."""
        scale = {"time_scale": self.told.pair.time_scale} if self.clock == "real" else {}
        return {"mode": self.mode, "clock": self.clock, **scale}


class HangError(BaseException):
    """A cell has used up its time; no app catches it."""


def cells() -> list[Cell]:
    """Return all cells that can exist."""
    return [
        Cell(told, twin, mode, clock)
        for told in pairs()
        for clock in CLOCKS
        for mode in MODES
        if not told.pair.without.keys() & {mode, clock}
        for twin in TWINS
    ]


@contextmanager
def limited() -> Iterator[None]:
    """
    Raise HangError when the block takes too long.

    A worker process whose threads hang on, or that heeds no signal, is ended; there is a next one.
    """
    is_worker = "PYTEST_XDIST_WORKER" in os.environ
    if is_worker:
        faulthandler.dump_traceback_later(LIMIT + _LAST_RESORT, exit=True)
    before = signal.signal(signal.SIGALRM, _hang)
    signal.setitimer(signal.ITIMER_REAL, LIMIT, _AGAIN)
    threads = set(threading.enumerate())
    try:
        yield
    except HangError:
        if is_worker and any(not one.daemon for one in {*threading.enumerate()} - threads):
            os._exit(1)
        raise
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        faulthandler.cancel_dump_traceback_later()


def _hang(_: int, frame: FrameType | None) -> None:
    raise HangError(f"no end after {LIMIT} s")
