"""The grid of lines and fault classes."""

from __future__ import annotations

from mockserver.verdicts.fault_classes import FAULT_CLASSES
from pytest_cerebras.search.explored import Explored, Grid
from pytest_cerebras.search.outcome import Cause, Failure, Outcome, Seen
from pytest_cerebras.search.story import Step, Trouble

FAULT = Trouble(0)
FAILED = (Failure(Cause("KeyError", ""), ""),)
KEY, SLOW, STALL = "wrong-key", "slow", "stall"


def outcome(*classes, site="a.py:1", acted=(1, 2), **keys):
    requests = tuple(Seen("x", site, 1, fault_classes=each) for each in classes)
    return Outcome(requests, acted=frozenset(acted), **keys)


def story(*places):
    return tuple(Step(at, FAULT) for at in places)


def results(explored):
    return {
        (line.site, name): result
        for line in explored.lines
        for name, result in line.results.items()
    }


def test_results():
    """Each cell has the worst result; what was never possible, or never tried, says so."""
    grid = Grid()
    grid.can_meet("a.py:1", (KEY, SLOW, STALL))
    grid.learn(story(1), outcome((KEY,), failures=FAILED))
    grid.learn(story(1), outcome((KEY,)))
    grid.learn(story(1), outcome((SLOW,)))
    grid.learn(story(1), outcome((SLOW,), ended="AppError"))
    found = results(grid.explored())
    assert len(found) == len(FAULT_CLASSES)
    assert (found["a.py:1", KEY], found["a.py:1", SLOW]) == ("failed", "allowed")
    assert (found["a.py:1", STALL], found["a.py:1", "payment"]) == ("not-tried", "cannot-act")
    explored = grid.explored()
    assert (explored.tried, explored.possible) == (2, 3)
    assert explored.line() == "explored: 2 of 3 faults at 1 line of the app (67 %), 0 of 9 pairs"


def test_what_counts():
    """A fault that did not reach the client was not tried, nor was one of an unusable run."""
    grid = Grid()
    grid.learn(story(1), outcome((KEY,), acted=()))
    grid.learn(story(1), outcome((KEY,), usable=False))
    assert grid.explored() == Explored()
    assert grid.explored().percent == 0


def test_pairs():
    """A pair is two cells in one story, in their order, each pair once."""
    grid = Grid()
    for _ in range(2):
        grid.learn(story(1, 2), outcome((KEY,), (SLOW,)))
    grid.learn(story(1, 2), outcome((SLOW,), (KEY,)))
    explored = grid.explored()
    place = "a.py:1"
    assert set(explored.pairs) == {(place, SLOW, place, KEY), (place, KEY, place, SLOW)}
    assert explored.merged(explored).pairs == explored.pairs


def test_merged():
    """Tests that share a line share its cells."""
    one, other = Grid(), Grid()
    one.can_meet("a.py:1", (KEY, STALL))
    one.learn(story(1), outcome((SLOW,)))
    other.learn(story(1), outcome((KEY,), failures=FAILED))
    other.learn(story(1), outcome((KEY,), site="b.py:2"))
    merged = one.explored().merged(other.explored())
    found = results(merged)
    assert [line.site for line in merged.lines] == ["a.py:1", "b.py:2"]
    assert (found["a.py:1", KEY], found["a.py:1", SLOW]) == ("failed", "passed")
    assert (found["a.py:1", STALL], found["b.py:2", KEY]) == ("not-tried", "passed")
