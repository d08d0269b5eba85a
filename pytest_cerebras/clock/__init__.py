"""
Virtual time: client and mock share one clock, which jumps ahead when every thread is idle.

Virtual time is real time plus an offset. Real time continues, so sockets and computation work as
usual. The offset grows only when no thread is busy and at least one sleeps. It then grows just
enough to reach the earliest deadline of any sleep, timer or time-out. As a result, a sleep takes no
real time, time-outs fire in the right order, and the client's waits agree with the mock's limits.

A clock that simply jumped at each ``time.sleep`` would be wrong. While one thread sleeps, an answer
may be on its way to another thread, and a jump would let the time-out of that thread fire too
early. Hence the rule that time never jumps while there is work to do; ``quiescence`` finds out
whether there is any.
"""

from __future__ import annotations

from .real_waits import RealWaitWarning
from .virtual import RunawayError, Sleep, VirtualClock

__all__ = ["RealWaitWarning", "RunawayError", "Sleep", "VirtualClock"]
