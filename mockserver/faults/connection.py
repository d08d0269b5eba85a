"""Loses the connection."""

from __future__ import annotations

from dataclasses import dataclass

from mockserver.plan import Close, Data, Plan, Step
from mockserver.quantities import Count

from .base import Context


@dataclass(frozen=True, slots=True)
class Cut:
    """
    Close the connection once so many tokens have arrived: FIN, or RST with ``reset``.

    An answer that is one JSON document is cut in its middle, in proportion. An answer of fewer
    tokens arrives whole.
    """

    after_tokens: Count = 0
    reset: bool = False

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Drop all that follows the last token let through."""
        kept: list[Step] = []
        room = self.after_tokens
        for step in plan:
            if isinstance(step, Data) and step.tokens > room:
                part = step.data[: len(step.data) * room // step.tokens]
                rest = (Data(part, room),) if room else ()
                return (*kept, *rest, Close(reset=self.reset))
            kept.append(step)
            room -= step.tokens if isinstance(step, Data) else 0
        return plan
