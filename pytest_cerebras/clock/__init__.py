"""
Virtual time: client and mock share one clock, which jumps when everybody waits.

The virtual time is the real one plus an offset. Real time goes on flowing, so sockets and
computing are not disturbed; the offset grows only when nothing in the process is at work and
somebody sleeps, and then to the earliest moment at which anything is due. So a sleep takes no real
time, time-outs fire in the right order, and the client's waits and the mock's limits agree.
"""

from __future__ import annotations

from .real_waits import RealWaitWarning
from .virtual import RunawayError, Sleep, VirtualClock

__all__ = ["RealWaitWarning", "RunawayError", "Sleep", "VirtualClock"]
