"""Parts what is sent into other writes than the events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mockserver.core.units import Positive
from mockserver.plan import Data, Plan, Step, Wait, coalesce

from .base import Context
from .body import sliced


@dataclass(frozen=True, slots=True)
class Split:
    """
    Send the body in writes of so many ``bytes``, wherever an event or a character ends.

    Without it, what has no pause between is one write, of as many events as there are. The SDKs and
    frameworks read both; a loop of one's own that takes a read for an event, or decodes each read,
    finds half of a JSON or of a character.
    """

    bytes: Positive = 1

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Part the body between two bytes, and the writes with it."""
        return tuple(self._parted(plan))

    def _parted(self, plan: Plan) -> Iterator[Step]:
        for step in coalesce(plan):
            if not isinstance(step, Data):
                yield step
                continue
            for at, part in enumerate(sliced(step, self.bytes)):
                if at:
                    yield Wait(0)
                yield part
