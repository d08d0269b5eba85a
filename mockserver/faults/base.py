"""What a fault is."""

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
    What a fault may depend on besides the plan.

    ``now`` is in seconds since the epoch; ``headers`` are the edition's; ``facts`` are what
    messages may name: the ``model``, the prompt's ``length`` in tokens, the model's ``limit``.
    ``speed`` is the model's, in tokens a second; None for one that the edition doesn't know.
    ``room`` is how many completion tokens the request may get; None for one that asks for none.
    ``retry_after`` says whether the edition tells how long a limit lasts.
    """

    random: Random
    now: float = 0.0
    headers: HeaderFields = TODAY
    facts: Mapping[str, object] = field(default_factory=dict[str, object])
    speed: float | None = None
    room: int | None = None
    retry_after: bool = True


class Fault(Protocol):
    """A way to break an answer."""

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Return the plan with this fault in it."""
        ...
