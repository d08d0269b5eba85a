"""What the blind tests and those that see have in common: what the API says to them."""

import pytest

from mockserver.core.scalars import dumped
from mockserver.scenario import Rule, Scenario, Schedule, parse

CALL = {"tool_calls": [{"name": "weather", "arguments": {"city": "Bern"}}]}


@pytest.fixture
def anyio_backend():
    return "asyncio"


def saying(**script):
    """Return a scenario in which the model says what a script has."""
    return parse(dumped({"name": "said", "rules": [{"reply": script}]}), source="said")


def once(fault):
    """Return a scenario with one fault, in the first answer."""
    return Scenario("once", rules=(Rule(schedule=Schedule(first=1), faults=(fault,)),))
