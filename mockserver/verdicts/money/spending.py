"""What a client spends, in dollars."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mockserver.core.errors import UnknownPriceError
from mockserver.core.units import counted, dollars
from mockserver.journal import Exchange
from mockserver.journal.costs import Usage, billed, cost_of
from mockserver.plan import inspection
from mockserver.verdicts.verdict import Case
from mockserver.verdicts.wasted_tokens import unread_tokens

from .waste import Why, waste

_NONE = Usage(0, 0)
_MOST = 3  # calls that a sentence names
_EQUAL = 1e-12  # dollars; rounding errors of a sum of many small amounts are smaller
_FEWEST, _FINEST = 3, 12  # digits of an amount


@dataclass(frozen=True, slots=True)
class Charge:
    """
    What one exchange costs.

    ``first`` is the exchange that began the call. ``cost`` is in dollars, or None if the edition
    has no price for the model. ``wasted`` is the usage that was in vain, ``waste`` is its cost in
    dollars, and ``why`` is the reason.
    """

    exchange: Exchange
    first: Exchange
    usage: Usage
    cost: float | None
    wasted: Usage = _NONE
    waste: float = 0.0
    why: Why | None = None


@dataclass(frozen=True, slots=True)
class Spending:
    """What a client has spent: the ``charges``, in the order of the exchanges."""

    charges: tuple[Charge, ...]

    @classmethod
    def of(cls, cases: Iterable[Case]) -> Spending:
        """
        Return the spending of all these cases.

        Raises DroppedError if a journal has dropped exchanges.
        """
        return cls(tuple(charge for case in cases for charge in _charges(case)))

    @property
    def unpriced(self) -> tuple[str, ...]:
        """The models that answered and have no price."""
        return tuple(sorted({one.exchange.model for one in self.charges if one.cost is None}))

    @property
    def known_cost(self) -> float:
        """The dollars for all models that have a price."""
        return _sum(self.charges)

    @property
    def cost(self) -> float:
        """The dollars for all models. Raises UnknownPriceError if a model has no price."""
        self._check()
        return self.known_cost

    @property
    def wasted(self) -> float:
        """The dollars spent in vain. Raises UnknownPriceError if a model has no price."""
        self._check()
        return sum(one.waste for one in self.charges)

    def _check(self) -> None:
        if self.unpriced:
            raise UnknownPriceError(self.unpriced)

    def excess(self, budget: float) -> str | None:
        """
        Return a sentence if the spending exceeds a budget in dollars, or may exceed it.

        Returns None if the spending is within the budget.
        """
        if self.known_cost - budget <= _EQUAL:
            return str(UnknownPriceError(self.unpriced)) if self.unpriced else None
        spent, allowed = _told_apart(self.known_cost, budget)
        least = "at least " if self.unpriced else ""
        nothing = self.for_nothing()
        more = f"; {nothing}" if nothing else ""
        return (
            f"the test cost {least}{spent}, more than its budget of {allowed}: "
            f"{', '.join(self._dearest())}{more}. Spend less, or allow more with --cerebras-budget"
        )

    def for_nothing(self) -> str:
        """Return a phrase on how much was spent in vain, and why; empty if nothing was."""
        reasons: dict[Why, float] = {}
        for one in self.charges:
            if one.why is not None and one.waste:
                reasons[one.why] = reasons.get(one.why, 0.0) + one.waste
        told = ", ".join(f"{why} {dollars(cost)}" for why, cost in reasons.items())
        return f"{dollars(sum(reasons.values()))} of that was for nothing ({told})" if told else ""

    def _dearest(self) -> Iterator[str]:
        """Yield a phrase for each of the most expensive calls, and one phrase for all others."""
        calls: dict[Exchange, list[Charge]] = {}
        for one in self.charges:
            calls.setdefault(one.first, []).append(one)
        ordered = sorted(calls.items(), key=lambda call: _sum(call[1]), reverse=True)
        for first, charges in ordered[:_MOST]:
            tokens = sum(one.usage.tokens for one in charges)
            tried = f" in {len(charges)} attempts" if len(charges) > 1 else ""
            yield f"{dollars(_sum(charges))} for #{first.number} ({tokens} tokens{tried})"
        if rest := ordered[_MOST:]:
            total = sum(_sum(charges) for _, charges in rest)
            yield f"{dollars(total)} for {counted(len(rest), 'other call')}"


def _sum(charges: Iterable[Charge]) -> float:
    return sum(one.cost or 0.0 for one in charges)


def _told_apart(more: float, less: float) -> tuple[str, str]:
    """Format two amounts with enough digits to tell them apart."""
    differ = (at for at in range(_FEWEST, _FINEST) if dollars(more, at) != dollars(less, at))
    digits = next(differ, _FINEST)
    return dollars(more, digits), dollars(less, digits)


def _charges(case: Case) -> Iterator[Charge]:
    first = {one: call.exchanges[0] for call in case.calls for one in call.exchanges}
    usages = {one: usage for one in case.exchanges if (usage := billed(one)) is not None}
    reasons = waste(case, usages)
    for one, usage in usages.items():
        cost, why = cost_of(usage, one.model, case.edition), reasons.get(one)
        wasted = _wasted(one, usage, why) if why else _NONE
        lost = cost_of(wasted, one.model, case.edition) or 0.0
        yield Charge(one, first[one], usage, cost, wasted, lost, why)


def _wasted(exchange: Exchange, usage: Usage, why: Why) -> Usage:
    """Return the tokens that were in vain: all, or only the rest of a stream that a client left."""
    if why == "left early" and inspection.streams(exchange.plan):
        return Usage(0, unread_tokens(exchange))
    return usage
