import pytest

from mockserver.scenario import (
    CallProgress,
    Match,
    NearMiss,
    RequestView,
    Rule,
    Run,
    Schedule,
    State,
    near_miss_lines,
)

RULES = (
    Rule("model", Match(model="qwen*")),
    Rule("state", state=State(requires="down")),
    Rule(schedule=Schedule(at=(9,))),
    Rule("stream", Match(stream=True)),
    Rule("late", schedule=Schedule(at=(2,))),
)
ASKED = RequestView("chat", read={"model": "llama"})


def test_near_misses():
    """Rules stopped by their schedule come first, then those waiting for a state."""
    decision = Run(RULES, 0).choose(ASKED, 0.0, CallProgress())
    assert decision.no_match.near_misses(ASKED) == (
        NearMiss("rules[2]", "counted as request 1, but the schedule has at: [9]"),
        NearMiss("rule 'late'", "counted as request 1, but the schedule has at: [2]"),
        NearMiss("rule 'state'", "the state is 'start', not 'down'"),
        NearMiss("rule 'model'", "the model is 'llama', not 'qwen*'"),
        NearMiss("rule 'stream'", "stream is false, not true"),
    )


def test_as_it_was():
    """Near misses describe the moment of the request, however late they are asked for."""
    run = Run((Rule("third", schedule=Schedule(at=(3,)), state=State(sets="down")), RULES[1]), 0)
    first = run.choose(ASKED, 0.0, CallProgress())
    for _ in range(2):
        run.choose(ASKED, 0.0, CallProgress())
    assert [str(miss) for miss in first.no_match.near_misses(ASKED)] == [
        "rule 'third': counted as request 1, but the schedule has at: [3]",
        "rule 'state': the state is 'start', not 'down'",
    ]


def test_taken():
    """A request that a rule took has no near misses; neither has one without rules."""
    assert Run((Rule(),), 0).choose(ASKED, 0.0, CallProgress()).no_match is None
    assert Run((), 0).choose(ASKED, 0.0, CallProgress()).no_match.near_misses(ASKED) == ()


@pytest.mark.parametrize(
    ("count", "most", "lines"),
    [
        (0, 1, []),
        (1, 1, ["not by rule 'a': it is late"]),
        (3, 1, ["not by rule 'a': it is late (nor by 2 more)"]),
        (2, 5, ["not by rule 'a': it is late"] * 2),
    ],
)
def test_near_miss_lines(count, most, lines):
    """As many lines as wanted, and how many are left out."""
    assert near_miss_lines([NearMiss("rule 'a'", "it is late")] * count, most=most) == lines
