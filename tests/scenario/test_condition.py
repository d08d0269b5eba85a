import pytest

from mockserver.scenario.condition import Condition, failing

EVEN = Condition(lambda number: number % 2 == 0, lambda number: f"{number} is odd")
SMALL = Condition(lambda number: number < 10, lambda number: f"{number} is large")


@pytest.mark.parametrize(("number", "failed"), [(4, None), (5, EVEN), (40, SMALL), (41, EVEN)])
def test_failing(number, failed):
    """The first condition that does not hold is found."""
    assert failing((EVEN, SMALL), number) is failed


def test_none():
    """Without conditions none fails."""
    assert failing((), 3) is None


def test_difference():
    """What does not hold says what there is instead."""
    assert EVEN.difference(5) == "5 is odd"
