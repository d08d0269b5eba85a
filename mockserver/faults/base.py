"""The protocol that every fault implements, and the context that a fault receives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from mockserver.api.contract.edition_settings import TODAY, HeaderFields
from mockserver.plan import Plan


@dataclass(frozen=True, slots=True)
class Context:
    """
    The values that a fault may use in addition to the plan.

    ``now`` is in seconds since the epoch. ``headers`` are the header fields of the edition.
    ``facts`` are the values that error messages can include: the ``model``, the ``length`` of the
    prompt in tokens, the ``limit`` of the model. ``speed`` is the speed of the model in tokens a
    second, or None if the edition does not know the model. ``room`` is how many completion tokens
    the request may get, or None if the request is not for a completion. ``retry_after`` is true if
    the edition sends ``retry-after`` with the 429 of a quota.
    ``tools`` has the names of the tools that the request offers.
    """

    random: Random
    now: float = 0.0
    headers: HeaderFields = TODAY
    facts: Mapping[str, object] = field(default_factory=dict[str, object])
    speed: float | None = None
    room: int | None = None
    retry_after: bool = True
    tools: tuple[str, ...] = ()


class Fault(Protocol):
    """A way to break an answer."""

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Return the plan with this fault applied."""
        ...
