"""The exchanges on one line of time: when, which attempt at what, after which wait, with what."""

from __future__ import annotations

from dataclasses import dataclass

from mockserver.core.quantities import rough

from . import Exchange, Journal
from .attempts import among, retries, waited

_MOST = 50


@dataclass(frozen=True, slots=True)
class Moment:
    """
    An exchange in its place: the ``attempt`` of the call that began with the exchange ``first``.

    ``at`` is in seconds since the first exchange of all. ``waited`` are the seconds since the end
    of the attempt before, None for the first one; ``told`` is the ``Retry-After`` of that attempt.
    """

    exchange: Exchange
    at: float
    first: int
    attempt: int = 1
    waited: float | None = None
    told: float | None = None

    def line(self) -> str:
        """Return the moment in a line."""
        again = ""
        if self.waited is not None:
            told = "" if self.told is None else f", told {rough(self.told)} s"
            again = f"; attempt {self.attempt} of #{self.first}, after {self.waited:.2f} s{told}"
        return f"{self.at:9.2f} s  {self.exchange.line()}{again}"


def moments(journal: Journal) -> list[Moment]:
    """
    Return the moments of a journal in the order of its exchanges, as far as it keeps them.

    A call whose first attempts are gone is named by the first that is not.
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


def lines(journal: Journal, *, most: int = _MOST) -> list[str]:
    """Return the time line as text, the last moments when there are many."""
    shown = moments(journal)
    if not shown:
        return ["no request at all"]
    earlier = journal.count - len(shown[-most:])
    head = [f"... {earlier} earlier requests"] if earlier > 0 else []
    return head + [moment.line() for moment in shown[-most:]]
