"""The cost of tests, in the form that the reports show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Self

from mockserver.core.errors import DroppedError, MockServerError
from mockserver.core.units import counted, dollars
from mockserver.verdicts import Case
from mockserver.verdicts.money.spending import Charge, Spending
from pytest_cerebras.settings.names import COST, WASTED

_DIGITS = 9  # digits after the decimal point of an amount of dollars
_MOST = 3  # how many tests the summary names at most


@dataclass(frozen=True, slots=True)
class Spent:
    """
    The cost of requests in dollars, and the part of the cost that was wasted.

    Both are null if they are not known; ``unknown`` is the reason. ``tokens`` counts the billed
    tokens, and ``wasted_tokens`` the wasted ones among these.
    """

    cost: float | None = 0.0
    wasted: float | None = 0.0
    tokens: int = 0
    wasted_tokens: int = 0
    unknown: str = ""

    @classmethod
    def of(cls, spending: Spending) -> Self:
        """Return the cost and the waste of what a client spent."""
        tokens = sum(one.usage.tokens for one in spending.charges)
        wasted = sum(one.wasted.tokens for one in spending.charges)
        try:
            amounts = rounded(spending.cost), rounded(spending.wasted)
        except MockServerError as error:
            return cls(None, None, tokens, wasted, str(error))
        return cls(*amounts, tokens, wasted)

    @classmethod
    def total(cls, spent: Iterable[Spent]) -> Self:
        """Return the sum, which is unknown if a part is unknown."""
        parts = list(spent)
        costs = [one.cost for one in parts if one.cost is not None]
        wasted = [one.wasted for one in parts if one.wasted is not None]
        unknown = next((one.unknown for one in parts if one.unknown), "")
        return cls(
            None if unknown else rounded(sum(costs)),
            None if unknown else rounded(sum(wasted)),
            sum(one.tokens for one in parts),
            sum(one.wasted_tokens for one in parts),
            unknown,
        )

    def line(self) -> str:
        """Return the cost in words."""
        if self.cost is None or self.wasted is None:
            return self.unknown
        more = f", {dollars(self.wasted)} of it for nothing" if self.wasted else ""
        return f"{dollars(self.cost)}{more}"


def rounded(amount: float | None) -> float | None:
    """Return an amount of dollars without the rounding errors of a sum."""
    return None if amount is None else round(amount, _DIGITS)


def charges_of(case: Case) -> tuple[Mapping[int, Charge], Spent]:
    """Return the cost of each exchange by its number, and the total."""
    try:
        spending = Spending.of([case])
    except DroppedError as error:
        return {}, Spent(None, None, unknown=str(error))
    return {one.exchange.number: one for one in spending.charges}, Spent.of(spending)


def lines(notes: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    """
    Yield lines with the total cost of a run's tests, the waste, and the most expensive tests.

    Each of the ``notes`` is a property of a test: the test, the property's name, and its value.
    """
    costs: list[tuple[float, str]] = []
    unknown: list[str] = []
    wasted = 0.0
    for test, name, value in notes:
        if name == WASTED:
            wasted += float(value)
        elif name == COST and value[0].isdecimal():
            costs.append((float(value), test))
        elif name == COST:
            unknown.append(f"{test}: {value}")
    if costs:
        total = Spent(sum(cost for cost, _ in costs), wasted)
        yield f"{total.line()}, for the requests of {counted(len(costs), 'test')}"
        named = sorted(costs, key=lambda one: -one[0])[:_MOST]
        yield f"the most expensive: {', '.join(f'{test} {dollars(cost)}' for cost, test in named)}"
    yield from (f"the cost of {one}" for one in unknown[:_MOST])
    if len(unknown) > _MOST:
        yield f"and the cost of {counted(len(unknown) - _MOST, 'other test')} is not known"
