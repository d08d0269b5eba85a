"""Notes what a test would cost, as properties of the test."""

from __future__ import annotations

import pytest

from mockserver.core.errors import DroppedError
from pytest_cerebras.settings.names import COST, WASTED
from pytest_cerebras.settings.sources import given

from .mock import CerebrasMock

UNKNOWN = "unknown"
_DIGITS = 9  # after the point, of an amount of dollars


def is_asked(config: pytest.Config, mock: CerebrasMock) -> bool:
    """Return whether anybody wants to know: a report, or a budget of the test or of the run."""
    if mock.settings.budget is not None or config.getoption("cerebras_report"):
        return True
    return any(value is not None for value in given(config, "budget"))


def notes(mock: CerebrasMock) -> list[tuple[str, object]]:
    """
    Return the cost of a test as its properties, and what of it was for nothing, in dollars.

    If the cost is not known, the property says so. A test that cost nothing has none.
    """
    try:
        spent = mock.spending()
    except DroppedError:
        return [(COST, UNKNOWN)]
    if spent.unpriced:
        return [(COST, f"{UNKNOWN}: no price for {', '.join(spent.unpriced)}")]
    found = {COST: spent.cost, WASTED: spent.wasted}
    return [(name, f"{amount:.{_DIGITS}f}") for name, amount in found.items() if amount]
