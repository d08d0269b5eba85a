from mockserver.scenario import Match, NearMiss, Rule, Run, Schedule, State, Subject
from mockserver.scenario.run import Course

RULES = (
    Rule("other model", Match(model="qwen*")),
    Rule("other state", state=State(requires="down")),
    Rule(schedule=Schedule(at=(9,))),
    Rule("other stream", Match(stream=True)),
    Rule("too late", schedule=Schedule(at=(2,))),
)
ASKED = Subject("chat", read={"model": "llama"})


def test_told():
    """What matched but was not its turn is nearest, then what waits for another state."""
    choice = Run(RULES, 0).choose(ASKED, 0.0, Course())
    assert choice.missed.told(ASKED) == (
        NearMiss("rules[2]", "it was its request 1, and the schedule says at: [9]"),
        NearMiss("too late", "it was its request 1, and the schedule says at: [2]"),
        NearMiss("other state", "the state is 'start', not 'down'"),
        NearMiss("other model", "the model is 'llama', not 'qwen*'"),
        NearMiss("other stream", "stream is false, not true"),
    )


def test_told_as_it_was():
    """What is told later is what was true when the request came."""
    run = Run((Rule("third", schedule=Schedule(at=(3,)), state=State(sets="down")), RULES[1]), 0)
    first = run.choose(ASKED, 0.0, Course())
    for _ in range(2):
        run.choose(ASKED, 0.0, Course())
    assert [str(miss) for miss in first.missed.told(ASKED)] == [
        "third: it was its request 1, and the schedule says at: [3]",
        "other state: the state is 'start', not 'down'",
    ]


def test_taken():
    """A request that a rule took has missed nothing; without rules there is nothing to tell."""
    assert Run((Rule(),), 0).choose(ASKED, 0.0, Course()).missed is None
    assert Run((), 0).choose(ASKED, 0.0, Course()).missed.told(ASKED) == ()
