"""Notes what a test would cost, as properties of the test."""

from __future__ import annotations

import pytest

from mockserver.core.errors import DroppedError
from pytest_cerebras.settings.names import COST, WASTED
from pytest_cerebras.settings.sources import given

from .mock import CerebrasMock

UNKNOWN = "unknown"
_DIGITS = 9  # after the point, of an amount of dollars


def is_asked(config: pytest.Config) -> bool:
    """Return whether the run has a report or a budget, so that somebody wants to know the cost."""
    budget = any(value is not None for value in given(config, "budget"))
    return budget or bool(config.getoption("cerebras_report"))


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
