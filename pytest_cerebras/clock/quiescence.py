"""
Whether every thread of this process waits for something.

On Linux the kernel says so: a thread that is neither running nor ready to run, and has used no
time of a processor for a moment in which nobody held the interpreter, is waiting. A thread that
has been woken is ready at once, so nothing that is on its way is missed. Elsewhere all that can be
seen is that nobody has asked the clock for anything for a while.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from . import real

_MOMENT = 0.001
_AT_WORK = b"RD"  # running or ready to run; waiting for a disk, which is no waiting for time
_PATIENCE = 0.05
_PER_THREAD = 6  # the kernel's clock of the time that one thread has run, by its number


class Threads:
    """Asks the kernel about all threads but the one that asks."""

    def quiet(self) -> bool:
        """Return whether nobody worked for a moment; takes that moment."""
        before = _processor_time()
        if None in before:  # a thread that is only just starting
            return False
        real.sleep(_MOMENT)
        return before == _processor_time() and not any(map(_at_work, before))


class Activity:
    """Counts what the process has asked of the clock; for systems that tell nothing of threads."""

    def __init__(self, count: Callable[[], int]) -> None:
        self._count = count

    def quiet(self) -> bool:
        """Return whether nobody asked for anything for a while; takes that while."""
        before = self._count()
        real.sleep(_PATIENCE)
        return before == self._count()


def probe(count: Callable[[], int]) -> Threads | Activity:
    """Return what this system has to offer; ``count`` grows when the clock is asked."""
    visible = sys.platform == "linux" and Path("/proc/self/task").is_dir()
    return Threads() if visible else Activity(count)


def _processor_time() -> dict[int | None, int]:
    """Return the nanoseconds that each thread has run."""
    found: dict[int | None, int] = {}
    for thread in threading.enumerate():
        number = thread.native_id
        if number is None:
            found[None] = 0
        elif number != threading.get_native_id():
            with contextlib.suppress(OSError):  # it has ended
                found[number] = time.clock_gettime_ns(~number << 3 | _PER_THREAD)
    return found


def _at_work(number: int | None) -> bool:
    try:
        state = Path(f"/proc/self/task/{number}/stat").read_bytes()
    except OSError:
        return False
    return state[state.rindex(b")") + 2] in _AT_WORK
