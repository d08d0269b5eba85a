"""Notes the cost of a test as properties of the test."""

from __future__ import annotations

import pytest

from mockserver.core.errors import DroppedError
from pytest_cerebras.settings.names import COST, WASTED
from pytest_cerebras.settings.sources import given

from .mock import CerebrasMock

UNKNOWN = "unknown"
_DIGITS = 9  # digits after the decimal point of an amount in dollars


def is_asked(config: pytest.Config) -> bool:
    """Return whether the run has a report or a budget, so that costs are needed."""
    budget = any(value is not None for value in given(config, "budget"))
    return budget or bool(config.getoption("cerebras_report"))


def notes(mock: CerebrasMock) -> list[tuple[str, object]]:
    """
    Return properties with the cost of a test and the wasted part of this cost, in dollars.

    If the cost is unknown, the only property states this. A test that cost nothing has no
    properties.
    """
    try:
        spent = mock.spending()
    except DroppedError:
        return [(COST, UNKNOWN)]
    if spent.unpriced:
        return [(COST, f"{UNKNOWN}: no price for {', '.join(spent.unpriced)}")]
    found = {COST: spent.cost, WASTED: spent.wasted}
    return [(name, f"{amount:.{_DIGITS}f}") for name, amount in found.items() if amount]
