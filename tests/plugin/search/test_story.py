"""Stories: what they do in the engine, in a file, and in words."""

from __future__ import annotations

import pytest

from mockserver.core.scalars import dumped
from mockserver.scenario import parse
from pytest_cerebras.search.story import (
    Step,
    document_of,
    file_name_of,
    kind_of,
    name_of,
    scenario_of,
    sentence_of,
    story_of,
    troubles,
    with_step,
    without,
)

KNOWN = troubles([(20, 60)])
BY_NAME = {(one.name, one.variant): one for one in KNOWN}
BUSY, CUT = BY_NAME["unavailable", 0], BY_NAME["cut", 0]
STORY = (Step(2, CUT), Step(4, BUSY))


@pytest.mark.parametrize("trouble", KNOWN, ids=lambda one: f"{one.name}{one.variant}")
def test_troubles(trouble):
    """Each trouble is one that a scenario can play, and that words can tell."""
    assert trouble.typed.faults
    assert "VALUE" not in f"{trouble.does} {trouble.action}"
    assert not trouble.typed.speaks


@pytest.mark.parametrize(
    ("answers", "values"),
    [
        ([], [1]),
        ([(0, 3)], [1]),
        ([(48, 56)], [50, 54]),
        ([(60, 90), (0, 12)], [80, 10, 88]),
    ],
)
def test_cuts_suit_the_answers(answers, values):
    """An answer is cut in the middle of what it says, past its reasoning, and near its end."""
    cuts = [one.action["cut"]["after_tokens"] for one in troubles(answers) if one.name == "cut"]
    assert cuts == values


@pytest.mark.parametrize(
    ("name", "kind"),
    [("unavailable", "no answer"), ("cut", "half an answer"), ("empty", "an odd answer")],
)
def test_kinds(name, kind):
    """The last fault says how a call ends; each family belongs to a kind."""
    assert kind_of((Step(1, BUSY), Step(2, BY_NAME[name, 0]))) == kind
    assert all(kind_of((Step(1, one),)) for one in KNOWN)
    assert kind_of(()) == ""


def test_troubles_are_ordered():
    """The simplest come first, and each has a place of its own."""
    places = [(one.rank, one.variant) for one in KNOWN]
    assert places == sorted(set(places))
    assert KNOWN[0].name == "unavailable"


def test_played_and_written():
    """The file of a story plays what the search has played."""
    played, text = scenario_of(STORY), dumped(document_of(STORY))
    assert parse(text) == played
    assert [bool(action.faults) for action in played.rules[0].actions] == [0, 1, 0, 1]


def test_nothing():
    """The story without steps is a healthy API."""
    assert scenario_of(()).rules == ()
    assert sentence_of(()) == "Nothing goes wrong."


def test_words():
    """A story is told in a sentence, with its numbers."""
    assert sentence_of(STORY) == (
        "Request 2 gets a stream that loses its connection after 40 tokens, "
        "then request 4 is answered 503."
    )
    first = next(one for one in troubles() if one.name == "cut")
    one = sentence_of((Step(1, first),))
    assert one == "Request 1 gets a stream that loses its connection after 1 token."
    assert name_of(STORY) == "2-cut-4-unavailable"


def test_file_name():
    """Each test, story and cause has a file of its own, and the same one in each run."""
    name = file_name_of(STORY, "a::b", "KeyError")
    assert name == file_name_of(STORY, "a::b", "KeyError")
    others = [(STORY[:1], "a::b", "KeyError"), (STORY, "a::c", "KeyError"), (STORY, "a::b", "Type")]
    assert len({name, *(file_name_of(*other) for other in others)}) == 4
    long = tuple(Step(at, BUSY) for at in range(1, 40))
    assert len(file_name_of(long, "a", "b")) < 80


def test_changed():
    """Stories stay in the order of their requests."""
    assert without(STORY, STORY[0]) == (Step(4, BUSY),)
    assert with_step(STORY, STORY[1], Step(1, BUSY)) == (Step(1, BUSY), Step(2, CUT))


def test_story_of_a_file():
    """A story comes back from its file, with requests in between that nothing happens to."""
    read = parse(dumped({"version": 1, **document_of(STORY)}), source="a.yaml")
    assert story_of(read, KNOWN) == STORY


@pytest.mark.parametrize(
    "rules",
    [
        [],
        [{"sequence": ["pass"]}],
        [{"sequence": [{"cut": {"after_tokens": 33}}]}],
        [{"sequence": [{"error": {"status": 503}}]}, {"faults": [{"cut": {"after_tokens": 3}}]}],
    ],
    ids=["no rule", "no trouble", "an unknown value", "two rules"],
)
def test_no_story(rules):
    """Anything else that a file may play is no story of known troubles."""
    read = parse(dumped({"version": 1, "name": "a", "rules": rules}), source="a.yaml")
    assert story_of(read, KNOWN) is None
