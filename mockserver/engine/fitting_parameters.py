"""
Finds values for automatic parameters, so that the scenario affects the client's requests.

Numbers are found by trial: for each number tried, the engine answers the requests of an earlier
test run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from mockserver.api.contract.routes import COMPLETING, route
from mockserver.core.errors import MockServerError
from mockserver.scenario import Scenario
from mockserver.scenario.parameters import Automatic

from .rehearsal import Sent, acts, whole_seconds

_LARGEST = 2**24
_SLOWER = 0.5  # seconds by which the requests of the next test run may arrive later
Fits: TypeAlias = Callable[[int], bool]


def suited(
    automatic: Mapping[str, Automatic],
    make: Callable[[Mapping[str, object]], Scenario],
    sent: Sequence[Sent],
) -> dict[str, object]:
    """
    Return values by parameter name, without the parameters for which the search finds no value.

    ``make`` returns the scenario with given values; it raises MockServerError for invalid ones.
    """
    values: dict[str, object] = {}
    for name, how in automatic.items():
        search = _SEARCHES.get(how)
        value = search(_trial(name, values, make, sent)) if search else first_model(sent)
        if value is not None:
            values[name] = value
    return values


def first_model(sent: Sequence[Sent]) -> str | None:
    """Return the model that the first completion request names."""
    for one in sent:
        endpoint, _ = route(one.request.method, one.request.path)
        if endpoint in COMPLETING and isinstance(model := one.request.document.get("model"), str):
            return model
    return None


def most(fits: Fits) -> int | None:
    """
    Return the largest number that fits; None if no number fits, or if all numbers fit.

    The search assumes that the numbers that fit are consecutive and begin at 0 or 1.
    """
    low = next((number for number in (0, 1) if fits(number)), None)
    if low is None:
        return None
    high = low + 1
    while fits(high):
        low, high = high, 2 * high
        if high > _LARGEST:
            return None
    return _between(low, high, fits) - 1


def least(fits: Fits) -> int | None:
    """
    Return the smallest number that fits; None if no number fits.

    The search assumes that all larger numbers fit too.
    """
    low, high = -1, 0
    while not fits(high):
        low, high = high, 2 * high or 1
        if high > _LARGEST:
            return None
    return _between(low, high, lambda number: not fits(number))


def _between(low: int, high: int, like_low: Fits) -> int:
    """
    Return the first number for which ``like_low`` is false, by bisection.

    ``like_low`` must be true for ``low`` and false for ``high``.
    """
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if like_low(middle) else (low, middle)
    return high


def _trial(
    name: str,
    values: Mapping[str, object],
    make: Callable[[Mapping[str, object]], Scenario],
    sent: Sequence[Sent],
) -> Fits:
    def fits(number: int) -> bool:
        try:
            scenario = make({**values, name: number})
        except MockServerError:
            return False
        return all(
            acts(scenario, sent, when=each, unknown=False) for each in (whole_seconds, _slower)
        )

    return fits


def _slower(at: float) -> float:
    return whole_seconds(at) + _SLOWER


_SEARCHES: Mapping[Automatic, Callable[[Fits], int | None]] = {"most": most, "least": least}
