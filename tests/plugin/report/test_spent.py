"""Costs as values of the report, and as lines of the summary."""

from __future__ import annotations

from pytest_cerebras.report.spent import Spent, lines
from pytest_cerebras.settings.names import COST, RETIRED, WASTED

UNKNOWN = Spent(None, None, 7, 2, "the cost is not known")


def test_total():
    """Costs and tokens add up, without the errors of adding up."""
    assert Spent.total([Spent(0.1, 0.0, 10), Spent(0.2, 0.1, 5, 3)]) == Spent(0.3, 0.1, 15, 3)
    assert Spent.total([]) == Spent()


def test_total_of_the_unknown():
    """What is not known makes the sum unknown; the tokens still count."""
    total = Spent.total([Spent(0.1, 0.1, 10, 1), UNKNOWN])
    assert total == Spent(None, None, 17, 3, "the cost is not known")
    assert total.line() == "the cost is not known"


def test_line():
    """What was for nothing is told if anything was."""
    assert Spent(0.05, 0.0, 10).line() == "$0.05"
    assert Spent(0.05, 0.002, 10, 1).line() == "$0.05, $0.002 of it for nothing"


def test_lines():
    """The sum of all tests comes first, then the dearest of them."""
    costs = {"a": "0.010000000", "b": "0.030000000", "c": "0.002000000", "d": "0.020000000"}
    notes = [(test, COST, cost) for test, cost in costs.items()]
    assert list(lines([*notes, ("b", WASTED, "0.030000000"), ("a", RETIRED, "old")])) == [
        "$0.062, $0.03 of it for nothing, for the requests of 4 tests",
        "the most expensive: b $0.03, d $0.02, a $0.01",
    ]
    assert list(lines([("a", RETIRED, "old")])) == []


def test_lines_of_the_unknown():
    """Tests whose cost is not known are named, only a few of them."""
    notes = [(f"t{at}", COST, "unknown: no price for ours-7b") for at in range(5)]
    assert list(lines(notes)) == [
        *(f"the cost of t{at}: unknown: no price for ours-7b" for at in range(3)),
        "and the cost of 2 other tests is not known",
    ]
