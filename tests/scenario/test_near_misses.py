import pytest

from mockserver.scenario import Course, Match, NearMiss, Rule, Run, Schedule, State, Subject, told

RULES = (
    Rule("model", Match(model="qwen*")),
    Rule("state", state=State(requires="down")),
    Rule(schedule=Schedule(at=(9,))),
    Rule("stream", Match(stream=True)),
    Rule("late", schedule=Schedule(at=(2,))),
)
ASKED = Subject("chat", read={"model": "llama"})


def test_by():
    """What matched but was not its turn is nearest, then what waits for another state."""
    choice = Run(RULES, 0).choose(ASKED, 0.0, Course())
    assert choice.missed.by(ASKED) == (
        NearMiss("rules[2]", "it was its request 1, and the schedule says at: [9]"),
        NearMiss("rule 'late'", "it was its request 1, and the schedule says at: [2]"),
        NearMiss("rule 'state'", "the state is 'start', not 'down'"),
        NearMiss("rule 'model'", "the model is 'llama', not 'qwen*'"),
        NearMiss("rule 'stream'", "stream is false, not true"),
    )


def test_as_it_was():
    """What is told later is what was true when the request came."""
    run = Run((Rule("third", schedule=Schedule(at=(3,)), state=State(sets="down")), RULES[1]), 0)
    first = run.choose(ASKED, 0.0, Course())
    for _ in range(2):
        run.choose(ASKED, 0.0, Course())
    assert [str(miss) for miss in first.missed.by(ASKED)] == [
        "rule 'third': it was its request 1, and the schedule says at: [3]",
        "rule 'state': the state is 'start', not 'down'",
    ]


def test_taken():
    """A request that a rule took has missed nothing; without rules there is nothing to tell."""
    assert Run((Rule(),), 0).choose(ASKED, 0.0, Course()).missed is None
    assert Run((), 0).choose(ASKED, 0.0, Course()).missed.by(ASKED) == ()


@pytest.mark.parametrize(
    ("count", "most", "lines"),
    [
        (0, 1, []),
        (1, 1, ["not by rule 'a': it is late"]),
        (3, 1, ["not by rule 'a': it is late (nor by 2 more)"]),
        (2, 5, ["not by rule 'a': it is late"] * 2),
    ],
)
def test_told(count, most, lines):
    """As many lines as wanted, and how many are left out."""
    assert told([NearMiss("rule 'a'", "it is late")] * count, most=most) == lines
