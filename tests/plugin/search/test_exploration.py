"""Which story comes next, and which are left out."""

from __future__ import annotations

from itertools import count

import pytest

from pytest_cerebras.search.exploration import Exploration
from pytest_cerebras.search.outcome import Cause, Failure, Outcome, Seen
from pytest_cerebras.search.story import Step, Trouble

BUSY, FULL, CUT = (
    Trouble(0, 0, "busy", "server"),
    Trouble(1, 0, "full", "server"),
    Trouble(2, 0, "cut", "cut"),
)
LONG_CUT = Trouble(2, 2, "cut", "cut")
KNOWN = (BUSY, FULL, CUT, LONG_CUT)


def requests(*shapes):
    return tuple(Seen(shape, "app.py:1", 1) for shape in shapes)


def played(*shapes, acted=range(1, 10), **keys):
    return Outcome(requests(*shapes), acted=frozenset(acted), **keys)


def begun(*shapes, can_act=lambda _, __: True, seed=0, known=KNOWN):
    exploration = Exploration(known, can_act, seed)
    exploration.learn((), played(*shapes))
    return exploration


def rest(exploration):
    return list(iter(exploration.next, None))


def test_singles():
    """All faults are tried in all requests, the first of each family at first."""
    stories = rest(begun("a", "b"))
    assert sorted(stories) == [(Step(at, trouble),) for at in (1, 2) for trouble in KNOWN]
    assert {step.trouble for (step,) in stories[:4]} == {BUSY, CUT}
    assert {step.trouble for (step,) in stories[-2:]} == {LONG_CUT}


def test_what_cannot_act():
    """A fault that does nothing to a request is not tried in it."""
    stories = rest(begun("whole", "stream", can_act=lambda seen, one: seen.shape == one.name))
    assert stories == []
    stories = rest(begun("cut", "x", can_act=lambda seen, one: seen.shape == one.name))
    assert stories == [(Step(1, CUT),), (Step(1, LONG_CUT),)]


def test_equal_requests_come_later():
    """The first request of each shape is tried before another one of the same shape."""
    stories = rest(begun("a", "a", "b", known=(BUSY,)))
    assert [story[0].at for story in stories][-1] == 2


def test_extended():
    """A story is extended in the requests after its last fault, as its own run showed them."""
    exploration = begun("a", known=(BUSY, CUT))
    rest(exploration)
    exploration.learn((Step(1, BUSY),), played("a", "a", "z"))
    assert set(rest(exploration)) == {
        (Step(1, BUSY), Step(at, trouble)) for at in (2, 3) for trouble in (BUSY, CUT)
    }


def test_lasting_trouble_first():
    """An outage that goes on is tried before any other second fault."""
    exploration = begun("a")
    exploration.learn((Step(1, CUT),), played("a", "a"))
    longer = [story for story in rest(exploration) if len(story) == 2]
    assert longer[0] == (Step(1, CUT), Step(2, CUT))


@pytest.mark.parametrize(
    "outcome",
    [
        played("a", "b", failures=(Failure(Cause("KeyError", ""), ""),)),
        played("a", "b", usable=False),
        played("a", "b", acted=()),
        played("a"),
    ],
    ids=["failed", "not usable", "did not act", "nothing followed"],
)
def test_not_extended(outcome):
    """A story is not extended if it failed, could not be used, or left nothing to extend."""
    exploration = begun("a")
    rest(exploration)
    exploration.learn((Step(1, BUSY),), outcome)
    assert rest(exploration) == []


def test_equal_stories():
    """Of stories that showed the same, only the first ones are extended; the others are counted."""
    exploration = begun("a", "a", "a")
    rest(exploration)
    for trouble in (BUSY, FULL):
        exploration.learn((Step(1, trouble),), played("a", "a"))
    assert {story[0].trouble for story in rest(exploration)} == {BUSY, FULL}
    assert exploration.left_out == 0
    exploration.learn((Step(1, Trouble(9, 0, "x", "server")),), played("a", "a"))
    assert rest(exploration) == []
    assert exploration.left_out == len(KNOWN)
    exploration.learn((Step(1, Trouble(9, 0, "x", "other")),), played("a", "a"))
    assert len(rest(exploration)) == len(KNOWN)


def test_broken_alone():
    """A fault that breaks the test alone would only hide others in a longer story."""
    exploration = begun("a")
    rest(exploration)
    broken = (Failure(Cause("KeyError", ""), ""),)
    exploration.learn((Step(1, CUT),), played("a", failures=broken))
    exploration.learn((Step(1, BUSY),), played("a", "a"))
    assert {story[1].trouble for story in rest(exploration)} == {BUSY, FULL, LONG_CUT}
    assert exploration.left_out == 1


def test_newer_ground_first():
    """A story that showed something new is extended before one that showed what another had."""
    exploration = begun("a")
    rest(exploration)
    exploration.learn((Step(1, BUSY),), played("a", "a"))
    exploration.learn((Step(1, FULL),), played("a", "a"))
    exploration.learn((Step(1, CUT),), played("a", "new"))
    firsts = [story[0].trouble for story in rest(exploration)]
    assert firsts.index(CUT) < firsts.index(FULL)


def test_ends():
    """Stories have few steps, so that the search ends."""
    exploration = begun("a", known=(BUSY,))
    longest = 0
    for number in count():
        story = exploration.next()
        if story is None:
            break
        longest = max(longest, len(story))
        exploration.learn(story, played(*("a" * 9), ended=f"Error{number}"))
    assert longest == 4


def test_seed():
    """The same seed gives the same order."""
    orders = [rest(begun("a", "b", "c", seed=seed)) for seed in (1, 1, 2)]
    assert orders[0] == orders[1] != orders[2]
