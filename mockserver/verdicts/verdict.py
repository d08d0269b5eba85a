"""The classes of judging: the case, the finding of a rule, and the verdict."""

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
    comes_after,
    could_know,
    grouped,
    never_rested,
    same_turn,
    waited,
)
from mockserver.journal.side_effects import SideEffect

from .evidence import Evidence
from .normalize import lasting
from .queues import Order, items_apart
from .received import complete, may_repeat, question, repeats, said

Certainty: TypeAlias = Literal["certain", "advice"]
"""``certain``: only a bug explains the requests. ``advice``: the client could do better."""

USER = 60.0  # in seconds; a repetition after a longer time comes from a user, not from a program
_MOST = 8  # exchanges that a sentence names


class Case:
    """
    A client to be judged: its journal, and the edition that answered the client.

    ``escapes`` has a sentence for each stopped request to the real API. ``side_effects`` has the
    side effects that the app recorded. ``evidence`` is what the test shows besides its
    requests. ``is_complete``, ``question`` and ``_said`` cache the results of functions of the
    module ``received``, which are slow and called often. ``other_model`` returns the model that
    would have answered a refused completion, or None if that is not certain.
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
        self._said = cache(said)

    @cached_property
    def evidence(self) -> Evidence | None:
        """What the test shows besides its requests, or None; collected at the first access."""
        return self._evidence()

    @cached_property
    def calls(self) -> list[Call]:
        """
        The calls, each with its attempts; grouped once the whole journal is known.

        Equal items of a queue that an app works through are calls of their own.
        """
        order = Order(self.exchanges, self.at_once)
        return list(items_apart(grouped(self.journal), order, self._is_other))

    @cached_property
    def call_of(self) -> dict[Exchange, Call]:
        """The call of each exchange."""
        return {one: call for call in self.calls for one in call.exchanges}

    @cached_property
    def asking(self) -> dict[str, list[Exchange]]:
        """The completions, grouped by the user's question without its ids and times."""
        found: dict[str, list[Exchange]] = {}
        for exchange in self.exchanges:
            if exchange.endpoint in COMPLETING:
                found.setdefault(lasting(self.question(exchange)), []).append(exchange)
        return found

    def same_question(self, exchange: Exchange) -> list[Exchange]:
        """
        Return all other completions that may ask the same question.

        They may ask another model, in any words. To the same model, the same question about
        another document is another question.
        """
        asking = self.asking[lasting(self.question(exchange))]
        return [
            other
            for other in asking
            if other is not exchange
            if other.model != exchange.model or may_repeat(self._said(exchange), self._said(other))
        ]

    def came_back(self, exchange: Exchange) -> bool:
        """Return whether the same question may have been asked again after an exchange."""
        return any(comes_after(exchange, other) for other in self.same_question(exchange))

    def _is_other(self, one: Exchange, other: Exchange) -> bool:
        """Return whether two completions ask different questions, each in all its forms."""
        return one not in self.same_question(other) and not self.came_back(other)

    def repeats(self, early: Exchange, late: Exchange) -> bool:
        """
        Return whether a request repeats all texts of an earlier one, in one call of the app.

        If a request has no texts that can be read, it repeats only an equal request. An equal
        request that is no attempt of the same call repeats nothing.
        """
        if early.asked == late.asked:
            return self.call_of[early] is self.call_of[late]
        one, other = self._said(early), self._said(late)
        return bool(one and other) and same_turn(early, late) and repeats(one, other)

    def could_know(self, early: Exchange, late: Exchange) -> bool:
        """Return whether the sender of the later request could know how the earlier one ended."""
        return could_know(early, late, scale=self.journal.scale)

    def paused(self, early: Exchange, late: Exchange) -> float:
        """Return the seconds on the client's clock from the end of an answer to a later request."""
        return waited(early, late) * self.journal.scale

    def at_once(self, early: Exchange, late: Exchange) -> bool:
        """Return whether a client came back without a pause."""
        return came_at_once(early, late, scale=self.journal.scale)

    def never_rested(self, early: Exchange, late: Exchange) -> bool:
        """Return whether a client certainly did not pause at all."""
        return never_rested(early, late, scale=self.journal.scale)

    def since_start(self, exchange: Exchange) -> float:
        """Return when an exchange began, in seconds since the first exchange."""
        return exchange.at - self.exchanges[0].at


@dataclass(frozen=True, slots=True)
class Finding:
    """
    A sentence on what a client did, and the exchanges that show it.

    If ``certainty`` is None, the rule's certainty applies. ``site`` is the line of the app; it is
    needed only if no exchange shows that line.
    """

    sentence: str
    exchanges: tuple[Exchange, ...] = ()
    certainty: Certainty | None = None
    site: tuple[str, int] | None = None


Find: TypeAlias = Callable[[Case], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of mistake: its name, its meaning, the fix, and the function that finds it."""

    name: str
    certainty: Certainty
    meaning: str
    fix: str
    find: Find


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    A mistake that a client made.

    ``rule`` names the mistake, ``sentence`` describes it, and ``fix`` says what to do.
    ``exchanges`` has the numbers of the exchanges that show the mistake. ``times`` has the time at
    which each of them began, in seconds since the first exchange of the journal. ``certainty`` is
    ``certain`` if only a bug explains the exchanges, otherwise ``advice``. ``site`` is a file and a
    line number, or None: the line of the app that sent the last exchange whose line is known.
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
        """The rule, marked if it is only advice."""
        return self.rule if self.certainty == "certain" else f"{self.rule} (advice)"

    @property
    def evidence(self) -> str:
        """The exchanges and their times on one line; empty if there are none."""
        shown = zip(self.exchanges, self.times, strict=True)
        return _some([f"#{number} at {at:.2f} s" for number, at in shown])

    def lines(self) -> list[str]:
        """Return the verdict as text."""
        seen = [f"    seen: {self.evidence}"] if self.exchanges else []
        line = [f"    line: {self.site[0]}:{self.site[1]}"] if self.site else []
        return [f"{self.title}: {self.sentence}", *seen, *line, f"    fix:  {self.fix}"]


def numbers(exchanges: Iterable[Exchange]) -> str:
    """Return a phrase with the numbers of exchanges."""
    return _some([f"#{exchange.number}" for exchange in exchanges])


def _some(names: Sequence[str]) -> str:
    """
    Join at most eight names, and count the others.

    >>> _some(["#1", "#2"]), _some([f"#{n}" for n in range(10)])
    ('#1, #2', '#0, #1, #2, #3, #4, #5, #6, #7 and 2 more')
    """
    more = len(names) - _MOST
    return ", ".join(names[:_MOST]) + (f" and {more} more" if more > 0 else "")
