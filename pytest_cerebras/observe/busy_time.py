"""
Tells for how long a thread has been at work: a client that computes has not paused.

On a busy machine it takes longer for the same, as others are at the processor. Linux tells how
long; elsewhere only the time at the processor is known.
"""

from __future__ import annotations

import os
import time

_STATISTICS = "/proc/thread-self/schedstat"
_LONGEST = 256  # bytes; three numbers
# by names of their own: a test may replace those of `os`, and a file object that an interrupt of
# the test catches between its making and its `with` would warn that nobody has closed it
_open, _read, _close = os.open, os.read, os.close


def busy_seconds() -> float:
    """Return the seconds for which this thread has computed, or has been kept from it."""
    return time.thread_time() + _kept_from_it()


def _kept_from_it() -> float:
    try:
        file = _open(_STATISTICS, os.O_RDONLY)
        try:
            _, waited, *_ = _read(file, _LONGEST).split()
        finally:
            _close(file)
        return int(waited) / 1e9
    except (OSError, ValueError):
        return 0.0
