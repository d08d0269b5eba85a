"""Splits the body into writes that do not match its events."""

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
    Send the body in writes of ``bytes`` bytes, regardless of where events or characters end.

    Without this fault, events with no pause between them are sent in one write. SDKs and frameworks
    read the body correctly in both cases. A hand-written loop that treats each read as an event, or
    decodes each read separately, finds half of a JSON object or of a character.
    """

    bytes: Positive = 1

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Slice the body, and separate the slices by waits of 0 seconds."""
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
