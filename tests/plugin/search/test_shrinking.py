"""Shrinking: to the fewest, earliest, simplest and roundest."""

from __future__ import annotations

import pytest

from pytest_cerebras.search.outcome import Cause, Failure, Outcome
from pytest_cerebras.search.shrinking import shrunk
from pytest_cerebras.search.story import Step, troubles

KNOWN = troubles([(20, 60)])
BY_NAME = {(one.name, one.variant): one for one in KNOWN}
BUSY, RESET = BY_NAME["unavailable", 0], BY_NAME["reset", 0]
CUT, LATE_CUT, NULL = BY_NAME["cut", 0], BY_NAME["cut", 1], BY_NAME["half-json", 0]
DATED, ERROR = BY_NAME["dated-rate-limit", 0], BY_NAME["server-error", 0]
CAUSE = Cause("KeyError", "app.py:3")


def smallest(story, fails, *, other=lambda _: False, acts=lambda _: True):
    """Shrink a story of an app that fails under the stories for which ``fails`` is true."""
    shrinking, runs = shrunk(story, CAUSE, KNOWN), {}
    try:
        candidate = next(shrinking)
        while True:
            if candidate not in runs:
                failures = [CAUSE] * fails(candidate)
                failures += [Cause("other", "")] * other(candidate)
                acted = frozenset(step.at for step in candidate if acts(step))
                found = tuple(Failure(cause, "") for cause in failures)
                runs[candidate] = Outcome((), found, acted=acted)
            candidate = shrinking.send(runs[candidate])
    except StopIteration as end:
        return end.value, len(runs)


def kinds(story):
    return [(step.at, step.trouble.name, step.trouble.variant) for step in story]


CASES = {
    "one of three": (
        (Step(1, BUSY), Step(2, DATED), Step(5, NULL)),
        lambda story: any(step.trouble.name == "dated-rate-limit" for step in story),
        [(1, "dated-rate-limit", 0)],
    ),
    "any fault": ((Step(7, NULL),), bool, [(1, "unavailable", 0)]),
    "its place counts": (
        (Step(4, RESET),),
        lambda story: any(step.at in {3, 4} for step in story),
        [(3, "unavailable", 0)],
    ),
    "in this order": (
        (Step(3, LATE_CUT), Step(6, RESET)),
        lambda story: [step.trouble.family for step in story] == ["cut", "connection"],
        [(1, "cut", 0), (2, "disconnected", 0)],
    ),
    "three of a kind": (
        (Step(1, BUSY), Step(2, ERROR), Step(3, BUSY), Step(4, CUT)),
        lambda story: sum(step.trouble.family == "server" for step in story) >= 3,
        [(1, "unavailable", 0), (2, "unavailable", 0), (3, "unavailable", 0)],
    ),
    "round numbers": (
        (Step(1, LATE_CUT),),
        lambda story: any(step.trouble.name == "cut" for step in story),
        [(1, "cut", 0)],
    ),
}


@pytest.mark.parametrize(("story", "fails", "expected"), CASES.values(), ids=CASES)
def test_smallest(story, fails, expected):
    """The result is the known minimum, found in few runs and seen to be minimal."""
    result, runs = smallest(story, fails)
    assert kinds(result.story) == expected
    assert result.is_minimal
    assert runs <= 100


def test_not_minimal():
    """A story without which the test fails in another way is not called minimal."""
    story = (Step(1, BUSY), Step(2, CUT))
    result, _ = smallest(story, lambda one: len(one) == 2, other=lambda one: len(one) == 1)
    assert len(result.story) == 2
    assert not result.is_minimal
    assert result.needed == 0


def test_fault_that_does_not_act():
    """A simpler fault that never reaches the client explains nothing."""
    story = (Step(1, RESET),)
    result, _ = smallest(story, bool, acts=lambda step: step.trouble == RESET)
    assert result.story == story
