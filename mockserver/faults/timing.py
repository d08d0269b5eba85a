"""Lets the client wait."""

from __future__ import annotations

from dataclasses import dataclass

from mockserver.plan import Plan, Wait
from mockserver.quantities import Seconds

from .base import Context


@dataclass(frozen=True, slots=True)
class Latency:
    """Delay the whole answer, give or take the jitter (uniform)."""

    delay: Seconds
    jitter: Seconds = 0.0

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Put a wait before everything else."""
        wait = self.delay + context.random.uniform(-self.jitter, self.jitter)
        return (Wait(max(0.0, wait)), *plan)
