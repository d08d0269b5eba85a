"""The protocol that every fault implements, and the context it is given."""

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
    The facts that a fault may depend on besides the plan.

    ``now`` is in seconds since the epoch. ``headers`` belong to the edition. ``facts`` may appear
    in messages: the ``model``, the ``length`` of the prompt in tokens, the ``limit`` of the model.
    ``speed`` is the model's, in tokens a second; None if the edition does not know the model.
    ``room`` is the number of completion tokens the request may get; None if it does not ask for a
    completion. ``retry_after`` says whether the edition sends ``retry-after`` with a quota's 429.
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
        """Return the plan with this fault in it."""
        ...
