import pytest

from mockserver.scenario.predicate import Predicate, first_failing

EVEN = Predicate(lambda number: number % 2 == 0, lambda number: f"{number} is odd")
SMALL = Predicate(lambda number: number < 10, lambda number: f"{number} is large")


@pytest.mark.parametrize(("number", "failed"), [(4, None), (5, EVEN), (40, SMALL), (41, EVEN)])
def test_first_failing(number, failed):
    """The first predicate that does not hold is found."""
    assert first_failing((EVEN, SMALL), number) is failed


def test_none():
    """Without predicates, none fails."""
    assert first_failing((), 3) is None


def test_difference():
    """What does not hold says what there is instead."""
    assert EVEN.difference(5) == "5 is odd"
