"""What answering a request needs of the memory, and what the memory gives for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from mockserver.api.contract.quota import Quota, Refusal
from mockserver.core.messages import Request
from mockserver.journal import Ongoing
from mockserver.scenario import Decision, RequestView, Rule

from .parsing import ParsedRequest

Overload: TypeAlias = Literal["overload"]
OVERLOAD: Overload = "overload"


@dataclass(slots=True)
class Needs:
    """
    A request that has been read, and asks for its number, its trials and its tokens.

    ``noted`` is the request as the journal keeps it. A ``rule`` overrides the scenario's.
    """

    request: Request
    parsed: ParsedRequest
    view: RequestView
    noted: Request
    rule: Rule | None

    @property
    def counts(self) -> bool:
        """Whether it gets a number; a warm-up does not."""
        return self.parsed.row.name != "warming"

    @property
    def costs(self) -> bool:
        """Whether it has to be admitted by the limits."""
        return self.parsed.refusal is None and self.parsed.row.limited


@dataclass(slots=True)
class Taken:
    """
    What one request has got.

    ``number`` is 0 if it gets none. ``call`` is the logical call that it belongs to. ``quota`` is
    None if the request costs nothing, or the service is at its capacity. ``refused`` says what does
    not admit it.
    """

    number: int
    call: Ongoing
    decision: Decision
    quota: Quota | None = None
    refused: Refusal | Overload | None = None
