"""Lists exchanges in order of time, each with its attempt, its wait and its outcome."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

from mockserver.core.units import counted, rough

from . import Exchange, Journal
from .folding import folded, span, times
from .grouping import among, retries, waited
from .side_effects import SideEffect

_MOST = 50


@dataclass(frozen=True, slots=True)
class Moment:
    """
    An exchange in a time line.

    ``at`` is in seconds since the first of all exchanges. ``first`` is the number of the first
    exchange of the same call. ``attempt`` is the number of this attempt at the call. ``waited`` is
    how many seconds have passed since the end of the previous attempt; None for the first attempt.
    ``told`` is the ``Retry-After`` of the previous attempt.
    """

    exchange: Exchange
    at: float
    first: int
    attempt: int = 1
    waited: float | None = None
    told: float | None = None

    def line(self) -> str:
        """Return the moment as a line."""
        again = ""
        if self.waited is not None:
            told = "" if self.told is None else f", told {rough(self.told)} s"
            again = f"; attempt {self.attempt} of #{self.first}, after {self.waited:.2f} s{told}"
        return f"{self.at:9.2f} s  {self.exchange.line()}{again}"

    @property
    def kind(self) -> tuple[object, ...]:
        """A key; successive moments with equal keys can be folded into one line."""
        call = None if self.waited is None else self.first
        return self.exchange.summary, call, self.told


def moments(journal: Journal) -> list[Moment]:
    """
    Return the moments of the exchanges that a journal keeps, in the order of the exchanges.

    If the first attempts of a call were dropped, ``first`` is the first attempt that is kept.
    """
    exchanges, begun = journal.exchanges, journal.begun
    found: dict[Exchange, Moment] = {}
    for call in among(exchanges, scale=journal.scale):
        first = call.exchanges[0]
        gone = first.attempt - 1 if journal.dropped else 0
        found[first] = Moment(first, first.at - begun, first.number, gone + 1)
        for early, late in retries(call):
            attempt = found[early].attempt + 1
            wait = waited(early, late)
            at = late.at - begun
            found[late] = Moment(late, at, first.number, attempt, wait, early.retry_after)
    return [found[exchange] for exchange in exchanges]


def lines(
    journal: Journal, side_effects: Sequence[SideEffect] = (), *, most: int = _MOST
) -> list[str]:
    """
    Return the end of the time line, with equal exchanges folded.

    It has at most ``most`` lines of exchanges, and at most ``most`` of side effects.
    """
    shown = _runs(moments(journal), side_effects)[-most:]
    ran = side_effects[-most:]
    begun = journal.begun if shown else ran[0].at if ran else 0.0
    earlier = journal.count - sum(map(len, shown))
    head = [f"... {earlier} earlier requests"] if earlier > 0 else []
    if not shown:
        head.append("no request at all")
    if len(ran) < len(side_effects):
        head.append(f"... {counted(len(side_effects) - len(ran), 'earlier side effect')}")
    timed = [(run[0].exchange.at, _line(run)) for run in shown]
    timed += [(one.at, f"{one.at - begun:9.2f} s  {one.line()}") for one in ran]
    return head + [line for _, line in sorted(timed, key=itemgetter(0))]


def _runs(found: Sequence[Moment], side_effects: Sequence[SideEffect]) -> list[list[Moment]]:
    """Group successive moments of one kind, unless a side effect happened in between."""
    ran = sorted(one.at for one in side_effects)
    return folded(found, lambda one: (one.kind, bisect(ran, one.exchange.at)))


def _line(run: Sequence[Moment]) -> str:
    """Return one line for moments of one kind."""
    first, last = run[0], run[-1]
    if first is last:
        return first.line()
    words = times([one.exchange.number for one in run], first.exchange.summary)
    waits = [one.waited for one in run if one.waited is not None]
    again = ""
    if waits:
        told = "" if first.told is None else f", told {rough(first.told)} s"
        attempts = f"attempts {first.attempt} to {last.attempt} of #{first.first}"
        again = f"; {attempts}, after {span(waits)}{told}"
    return f"{first.at:9.2f} s  {words}{again}; the last at {last.at:.2f} s"
