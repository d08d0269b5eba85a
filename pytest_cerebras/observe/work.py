"""
Tells for how long a thread has been at work: a client that computes has not paused.

On a busy machine it takes longer for the same, as others are at the processor. Linux tells how
long; elsewhere only the time at the processor is known.
"""

from __future__ import annotations

import time
from io import FileIO  # by its own name: a test may replace open()

_STATISTICS = "/proc/thread-self/schedstat"


def worked() -> float:
    """Return the seconds for which this thread has computed, or has been kept from it."""
    return time.thread_time() + _kept_from_it()


def _kept_from_it() -> float:
    try:
        with FileIO(_STATISTICS) as file:
            _, waited, *_ = file.read().split()
            return int(waited) / 1e9
    except (OSError, ValueError):
        return 0.0
