"""
Finds out whether every other thread of this process is waiting.

On Linux, the kernel shows the state of threads. A thread is waiting if it is neither running nor
ready to run, and used no processor time for a moment in which the interpreter lock was free. The
kernel marks a thread as ready at the moment when data or a lock wakes the thread, so no work in
progress is missed. Other systems do not show the state of a thread. There, the only sign is that no
thread has called the clock for a while.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from . import real

_SHOWS_THREADS = sys.platform == "linux" and Path("/proc/self/task").is_dir()
_MOMENT = 0.001
_AT_WORK = b"RD"  # R: running or ready to run; D: waiting for a disk, which counts as work
_PATIENCE = 0.05
_PER_THREAD = 6  # the bits of a kernel clock id that select the processor time of one thread


def is_quiet(count: Callable[[], int]) -> bool:
    """
    Return whether all threads except the calling one are at rest. This takes a moment.

    ``count`` returns a number that grows with each call to the clock.
    """
    return _no_thread_works() if _SHOWS_THREADS else _no_thread_asks(count)


def _no_thread_works() -> bool:
    """Return whether no thread worked for a moment, according to the kernel."""
    before = _processor_time()
    if None in before:  # a thread that is only just starting
        return False
    real.sleep(_MOMENT)
    return before == _processor_time() and not any(map(_at_work, before))


def _no_thread_asks(count: Callable[[], int]) -> bool:
    """Return whether no thread called the clock for a while."""
    before = count()
    real.sleep(_PATIENCE)
    return before == count()


def _processor_time() -> dict[int | None, int]:
    """Return the nanoseconds of processor time of each thread, by its native id."""
    found: dict[int | None, int] = {}
    for thread in threading.enumerate():
        number = thread.native_id
        if number is None:
            found[None] = 0
        elif number != threading.get_native_id():
            with contextlib.suppress(OSError):  # the thread has ended
                found[number] = time.clock_gettime_ns(~number << 3 | _PER_THREAD)
    return found


def _at_work(number: int | None) -> bool:
    try:
        state = Path(f"/proc/self/task/{number}/stat").read_bytes()
    except OSError:
        return False
    return state[state.rindex(b")") + 2] in _AT_WORK
