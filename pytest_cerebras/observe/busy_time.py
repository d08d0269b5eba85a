"""
Measures how long a thread has been busy.

A client that computes all the time between two requests does not pause.

On a loaded machine, the same work takes longer, because the thread also waits for a processor. This
wait counts as busy time. Linux reports the wait; on other systems, only the processor time is
known.
"""

from __future__ import annotations

import os
import time

_STATISTICS = "/proc/thread-self/schedstat"
_LONGEST = 256  # bytes: the file has three numbers
# saved under other names, because a test may patch `os`. A file object is not used: if a test were
# interrupted between `open` and `with`, the object would warn that it was never closed
_open, _read, _close = os.open, os.read, os.close


def busy_seconds() -> float:
    """Return how many seconds this thread has computed or waited for a processor."""
    return time.thread_time() + _waited_for_processor()


def _waited_for_processor() -> float:
    try:
        file = _open(_STATISTICS, os.O_RDONLY)
        try:
            _, waited, *_ = _read(file, _LONGEST).split()
        finally:
            _close(file)
        return int(waited) / 1e9
    except (OSError, ValueError):
        return 0.0
