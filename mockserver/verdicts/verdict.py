"""The nouns: what is judged, what a rule finds, and the verdict that comes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Literal, TypeAlias

from mockserver.api.contract.edition import Edition
from mockserver.api.contract.routes import COMPLETING
from mockserver.journal import Call, Exchange, Journal
from mockserver.journal.grouping import (
    came_at_once,
    could_know,
    grouped,
    left_before,
    never_rested,
    waited,
)
from mockserver.journal.side_effects import SideEffect

from .evidence import Evidence
from .normalize import lasting
from .received import complete, question

Certainty: TypeAlias = Literal["certain", "advice"]
"""``certain``: only a bug explains what was seen. ``advice``: it could be better."""

USER = 60.0  # seconds: who asks the same again later is rather a user than a program
_MOST = 8  # exchanges are named, of a crowd


class Case:
    """
    What is judged: a journal and the edition that answered.

    ``escapes`` are requests to the real API that were stopped, a sentence each; ``side_effects``
    are those that the app has recorded; ``evidence`` gathers what its test shows. ``is_complete``
    and ``question`` are those of ``received``, which read much and are asked often. ``other_model``
    tells of a refused completion which other model would have answered it, None where nobody can
    be sure.
    """

    def __init__(
        self,
        journal: Journal,
        edition: Edition,
        escapes: Iterable[str] = (),
        side_effects: Iterable[SideEffect] = (),
        evidence: Callable[[], Evidence | None] = lambda: None,
        other_model: Callable[[Exchange], str | None] = lambda _: None,
    ) -> None:
        self.journal = journal
        self.side_effects: Sequence[SideEffect] = tuple(side_effects)
        self.exchanges = journal.exchanges
        self.edition = edition
        self.escapes = list(escapes)
        self._evidence = evidence
        self.other_model = other_model
        self.is_complete = cache(complete)
        self.question = cache(question)

    @cached_property
    def evidence(self) -> Evidence | None:
        """What the test shows, gathered now; None where nobody knows."""
        return self._evidence()

    @cached_property
    def calls(self) -> list[Call]:
        """The logical calls, seen from the end."""
        return grouped(self.journal)

    @cached_property
    def asking(self) -> dict[str, list[Exchange]]:
        """The completions by what their users asked, whatever ids and times it has."""
        found: dict[str, list[Exchange]] = {}
        for exchange in self.exchanges:
            if exchange.endpoint in COMPLETING:
                found.setdefault(lasting(self.question(exchange)), []).append(exchange)
        return found

    def same_question(self, exchange: Exchange) -> list[Exchange]:
        """Return all other completions that ask what this one asks, of whichever model."""
        asking = self.asking[lasting(self.question(exchange))]
        return [other for other in asking if other is not exchange]

    def came_back(self, exchange: Exchange) -> bool:
        """Whether the same was asked once more when an exchange was over, of whichever model."""
        return any(
            other.number > exchange.number
            and (other.at >= exchange.over or left_before(exchange, other))
            for other in self.same_question(exchange)
        )

    def could_know(self, early: Exchange, late: Exchange) -> bool:
        """Whether who sent the later request could know how the earlier one ended."""
        return could_know(early, late, scale=self.journal.scale)

    def paused(self, early: Exchange, late: Exchange) -> float:
        """Return how long a client that nobody told a time has waited, by its own clock."""
        return waited(early, late) * self.journal.scale

    def at_once(self, early: Exchange, late: Exchange) -> bool:
        """Whether a client has come back without a pause."""
        return came_at_once(early, late, scale=self.journal.scale)

    def never_rested(self, early: Exchange, late: Exchange) -> bool:
        """Whether it is known that a client has not paused at all."""
        return never_rested(early, late, scale=self.journal.scale)

    def since_start(self, exchange: Exchange) -> float:
        """Return when an exchange began, in seconds since the first one."""
        return exchange.at - self.exchanges[0].at


@dataclass(frozen=True, slots=True)
class Finding:
    """
    What a client did, in a sentence, and the exchanges that show it.

    ``certainty`` is None where it is that of the rule.
    """

    sentence: str
    exchanges: tuple[Exchange, ...] = ()
    certainty: Certainty | None = None


Find: TypeAlias = Callable[[Case], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A mistake of clients: its ``name``, what it means, the fix, and how it is found."""

    name: str
    certainty: Certainty
    meaning: str
    fix: str
    find: Find


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    What a client did wrong.

    ``rule`` names the mistake, ``sentence`` says what was seen and ``fix`` what to do about it.
    The evidence are the numbers of the ``exchanges``, and ``times``, when each of them began, in
    seconds since the first exchange of all. ``certainty`` says whether only a bug explains it.
    ``site`` is the line of the app that sent the last of them, a file and a number, where that is
    known.
    """

    rule: str
    sentence: str
    fix: str
    exchanges: tuple[int, ...] = ()
    times: tuple[float, ...] = ()
    certainty: Certainty = "certain"
    site: tuple[str, int] | None = None

    @property
    def title(self) -> str:
        """The rule, and whether it is only advice."""
        return self.rule if self.certainty == "certain" else f"{self.rule} (advice)"

    @property
    def evidence(self) -> str:
        """The exchanges and their times in a line; empty when no exchange shows it."""
        shown = zip(self.exchanges, self.times, strict=True)
        return _some([f"#{number} at {at:.2f} s" for number, at in shown])

    def lines(self) -> list[str]:
        """Return the verdict as text."""
        seen = [f"    seen: {self.evidence}"] if self.exchanges else []
        line = [f"    line: {self.site[0]}:{self.site[1]}"] if self.site else []
        return [f"{self.title}: {self.sentence}", *seen, *line, f"    fix:  {self.fix}"]


def numbers(exchanges: Iterable[Exchange]) -> str:
    """Return the numbers of exchanges, as a sentence names them."""
    return _some([f"#{exchange.number}" for exchange in exchanges])


def _some(names: Sequence[str]) -> str:
    """
    Join the first of some names.

    >>> _some(["#1", "#2"]), _some([f"#{n}" for n in range(10)])
    ('#1, #2', '#0, #1, #2, #3, #4, #5, #6, #7 and 2 more')
    """
    more = len(names) - _MOST
    return ", ".join(names[:_MOST]) + (f" and {more} more" if more > 0 else "")
