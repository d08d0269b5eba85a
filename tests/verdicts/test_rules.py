"""The table of rules."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockserver.core.errors import UnknownNameError
from mockserver.faults import Cut, Error, Truncate
from mockserver.scenario import Rule, Schedule
from mockserver.verdicts import NAMES, RULES, Case, judge


def test_table():
    """Each rule has a name of its own, a sentence, and a fix that follows a colon."""
    assert len(set(NAMES)) == len(RULES)
    for rule in RULES:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", rule.name)
        assert re.fullmatch(r"[A-Z].*\.", rule.meaning)
        assert re.fullmatch(r"[a-z].*[^.]", rule.fix)


def test_documented():
    """The page on verdicts has the whole table."""
    page = (Path(__file__).parents[2] / "docs/verdicts.md").read_text("utf-8")
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| (\w+) \| (.*) \| (.*) \|$", page, re.MULTILINE)
    assert rows == [(rule.name, rule.certainty, rule.meaning, rule.fix) for rule in RULES]


@pytest.fixture
def case(stage):
    """Return a case of a client that retries a 429 at once, and never stops."""
    play = stage(Rule(faults=(Error(problem="queue_exceeded", retry_after=5.0),)))
    play.loop(0.5)
    return Case(play.engine.journal, play.engine.edition, ["a request was stopped"])


def test_judge(case):
    """All rules are asked, in their order; a verdict has what the rule says and what it found."""
    early, stray = judge(case)
    rules = {rule.name: rule for rule in RULES}
    assert (early.rule, early.exchanges) == ("retry-after-ignored", (1, 2))
    assert early.times == (0.0, 0.5)
    assert early.fix == rules["retry-after-ignored"].fix
    assert (stray.rule, stray.sentence) == ("key-sent-elsewhere", "a request was stopped")


def test_many(stage):
    """Of many findings of a rule the first are verdicts, and the others are counted."""
    play = stage(Rule(faults=(Error(status=503),)))
    for number in range(8):
        play.send(0, messages=[{"role": "user", "content": f"Question {number}"}])
    found = play.verdicts()
    assert [one.exchanges for one in found] == [(1,), (2,), (3,), (4,), (5,)]
    assert found[-1].sentence == "#5 got 503, and the app did not try again; 3 more like this"


def test_not_judged(case):
    """Where the journal does not keep all that happened, that is the only verdict."""
    case.journal.count += 1
    (found,) = judge(case)
    assert (found.rule, found.exchanges) == ("not-judged", ())
    kept = len(case.exchanges)
    assert found.sentence.startswith(
        f"the journal kept only the last {kept} of {kept + 1} requests"
    )
    assert judge(case, ignore=["not-judged"]) == ()


def test_intervened(stage):
    """What the mock has brought about itself is nobody's mistake, and all else is."""
    play = stage(Rule(faults=(Error(status=503),)))
    first = play.send(0)
    play.send(0, messages=[{"role": "user", "content": "Another question"}])
    assert play.judged() == ["gave-up-at-once"] * 2
    first.intervened = True
    assert [one.exchanges for one in play.verdicts()] == [(2,)]


def test_ignore(case):
    """What should be ignored is not found."""
    assert [one.rule for one in judge(case, ignore=["retry-after-ignored"])] == [
        "key-sent-elsewhere"
    ]


def test_ignore_nothing_known(case):
    """A name that no rule has is refused, with the nearest."""
    with pytest.raises(
        UnknownNameError,
        match="no verdict is called 'hot-retries'; did you mean 'hot-retry'",
    ):
        judge(case, ignore=["hot-retries"])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
MESSAGES = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["user", "assistant", "tool", "x"]), "content": JSON},
        optional={"tool_calls": JSON, "tool_call_id": JSON},
    ),
    max_size=3,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_anything(stage, data):
    """Whatever clients send and servers break, the rules come to an end without an error."""
    faults = (Truncate(2), Cut(after_tokens=2), Error(status=429, body=[7]), Error(status=500))
    chosen = data.draw(st.lists(st.sampled_from(faults), max_size=2))
    play = stage(Rule(schedule=Schedule(every=2), faults=tuple(chosen)), tier="free")
    for at in range(data.draw(st.integers(1, 6))):
        body = data.draw(st.fixed_dictionaries({"messages": MESSAGES | JSON, "stream": JSON}))
        count = data.draw(st.none() | st.integers(0, 2) | st.text("0²9", max_size=12))
        play.send(at / 10, by=data.draw(st.sampled_from(["a", "b", None])), count=count, **body)
    play.verdicts()


def test_nobody(stage):
    """Who does nothing does nothing wrong."""
    assert stage().verdicts() == ()
