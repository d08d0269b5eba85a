"""The rules of a scenario, asked one request after the other."""

import pytest

from mockserver.api.model.script import Script
from mockserver.faults import Error
from mockserver.scenario import (
    CallProgress,
    Match,
    RequestView,
    Rule,
    RuleAction,
    Run,
    Schedule,
    State,
    Window,
)

CHAT = RequestView("chat", read={"model": "llama"})
QWEN = RequestView("chat", read={"model": "qwen"})
FAULTS = (Error(status=503),)


def chosen(run, *asked, elapsed=0.0, progress=None):
    """Return the names of the rules that take some requests."""
    return [run.choose(one, elapsed, progress or CallProgress()).rule.name for one in asked]


def test_first_that_fits():
    """The first rule whose match and schedule fit takes the request; without one none does."""
    run = Run((Rule("qwen", Match(model="qwen")), Rule("once", schedule=Schedule(first=1))), 0)
    assert chosen(run, CHAT, QWEN, CHAT, QWEN) == ["once", "qwen", "", "qwen"]


def test_turns_are_those_that_come_to_a_rule():
    """A rule counts what it is asked about: what matches and no earlier rule took."""
    run = Run((Rule("a", schedule=Schedule(at=(1, 3))), Rule("b", schedule=Schedule(every=2))), 0)
    assert chosen(run, *[CHAT] * 6) == ["a", "", "a", "b", "", "b"]


def test_window():
    """Windows count from the start of the scenario."""
    run = Run((Rule("late", schedule=Schedule(window=Window(after=5.0))),), 0)
    assert [chosen(run, CHAT, elapsed=elapsed) for elapsed in (4.9, 5.0)] == [[""], ["late"]]


def test_draws_are_a_rules_own():
    """A rule takes the same of its requests, whatever the rules before it draw."""
    half = Rule("half", Match(model="qwen"), Schedule(probability=0.5))
    others = [
        Rule("other", Match(model="llama"), Schedule(probability=0.9)),
        Rule("other", Match(model="llama")),
    ]
    runs = [Run((other, half), 7) for other in others]
    found = [chosen(run, *[CHAT, QWEN] * 200) for run in runs]
    assert found[0][1::2] == found[1][1::2]
    assert {"half", ""} == set(found[0][1::2])
    assert chosen(Run((others[0], half), 8), *[CHAT, QWEN] * 200)[1::2] != found[0][1::2]


@pytest.mark.parametrize(
    ("count_by", "names"),
    [("request", ["odd", "", "odd", "", "odd", ""]), ("call", ["odd", "odd", "odd", "", "", ""])],
)
def test_count_by(count_by, names):
    """A rule counts requests, or calls, so that all attempts at one meet the same."""
    run = Run((Rule("odd", schedule=Schedule(at=(1, 3, 5)), count_by=count_by),), 0)
    first, second = CallProgress(), CallProgress()
    assert [chosen(run, CHAT, progress=one)[0] for one in [first] * 3 + [second] * 3] == names


def test_a_calls_chance_and_time():
    """Neither chance nor time makes a difference between the attempts at a call."""
    schedule = Schedule(probability=0.5, window=Window(lasting=10.0))
    run = Run((Rule("luck", schedule=schedule, count_by="call"),), 3)
    progresses = [CallProgress() for _ in range(20)]
    found = [
        [chosen(run, CHAT, elapsed=elapsed, progress=progress)[0] for elapsed in (0.0, 5.0, 50.0)]
        for progress in progresses
    ]
    assert all(len(set(names)) == 1 for names in found)
    assert {names[0] for names in found} == {"luck", ""}


def test_count_by_call_and_match():
    """The match is asked for each attempt, the schedule once for the call."""
    rule = Rule("first tries", Match(attempt=1), Schedule(first=2), count_by="call")
    run = Run((rule,), 0)
    found = []
    for _ in range(3):
        progress = CallProgress()
        for attempt in (1, 2):
            asked = RequestView("chat", attempt=attempt)
            found += chosen(run, asked, progress=progress)
    assert found == ["first tries", "", "first tries", "", "", ""]


def test_state():
    """A rule may wait for a state, and begin another one."""
    rules = (
        Rule("falls", schedule=Schedule(at=(2,)), state=State("start", "down")),
        Rule("is down", schedule=Schedule(first=2), state=State(requires="down")),
        Rule("rises", state=State("down", "up")),
    )
    run = Run(rules, 0)
    assert run.state == "start"
    assert chosen(run, *[CHAT] * 6) == ["", "falls", "is down", "is down", "rises", ""]
    assert run.state == "up"


def test_waiting_for_a_state_is_no_turn():
    """A rule in another state is not asked, so nothing is counted."""
    rules = (
        Rule("second", schedule=Schedule(at=(2,)), state=State(requires="on")),
        Rule("switch", Match(model="qwen"), state=State(sets="on")),
    )
    assert chosen(Run(rules, 0), CHAT, CHAT, QWEN, CHAT, CHAT) == ["", "", "switch", "", "second"]


def test_state_of_a_call():
    """All attempts at a call meet the state in which it began, and change it once."""
    rules = (
        Rule("first call", state=State("start", "used"), count_by="call"),
        Rule("later calls", state=State(requires="used"), count_by="call"),
        Rule("moves on", Match(model="qwen"), state=State(sets="gone")),
    )
    run, first = Run(rules, 0), CallProgress()
    assert chosen(run, CHAT, progress=first) == ["first call"]
    assert chosen(run, CHAT) == ["later calls"]
    run.state = "gone"
    assert chosen(run, CHAT, progress=first) == ["first call"]
    assert run.state == "gone"
    assert chosen(run, QWEN) == ["moves on"]


TEXTS = tuple(RuleAction(Script(text=text)) for text in "abc")
PASS = RuleAction()


@pytest.mark.parametrize(
    ("rule", "texts"),
    [
        (Rule(sequence=TEXTS), "abc---"),
        (Rule(sequence=TEXTS, then="stay"), "abcccc"),
        (Rule(sequence=TEXTS, then="repeat"), "abcabc"),
        (Rule(sequence=TEXTS[:1]), "a-----"),
        (Rule(sequence=TEXTS[:1], then="stay"), "aaaaaa"),
        (Rule(sequence=(TEXTS[0], PASS, TEXTS[1])), "a-b---"),
        (Rule(sequence=(TEXTS[0], PASS), then="repeat"), "a-a-a-"),
        (Rule(sequence=(TEXTS[0], PASS), then="stay"), "a-----"),
        (Rule(reply=Script(text="b")), "bbbbbb"),
        (Rule(sequence=TEXTS, schedule=Schedule(every=2)), "-a-b-c"),
    ],
)
def test_sequence(rule, texts):
    """Fates come one after the other; then all pass, the last stays, or the first follows."""
    run = Run((rule,), 0)
    found = [run.choose(CHAT, 0.0, CallProgress()).action.reply.text or "-" for _ in texts]
    assert "".join(found) == texts


def test_sequence_of_a_call():
    """All attempts at a call get its action."""
    run = Run((Rule(sequence=TEXTS, count_by="call"),), 0)
    progresses = [CallProgress(), CallProgress()]
    found = [run.choose(CHAT, 0.0, progresses[at]).action.reply.text for at in (0, 0, 1, 0, 1)]
    assert found == ["a", "a", "b", "a", "b"]


def test_no_rule():
    """Without a rule the honest API answers."""
    decision = Run((), 0).choose(CHAT, 0.0, CallProgress())
    assert (decision.rule, decision.action) == (Rule(), RuleAction())


@pytest.mark.parametrize(
    ("rule", "breaks"),
    [
        (Rule("all", faults=FAULTS), True),
        (Rule("later", Match(model="llama"), Schedule(after=9), faults=FAULTS), True),
        (Rule("key", Match(key="csk-mine"), faults=FAULTS), True),
        (Rule("other key", Match(excluded=Match(key="*")), faults=FAULTS), True),
        (Rule("field", Match(headers={"X-Api-Key": "mine"}), faults=FAULTS), True),
        (Rule("no field", Match(excluded=Match(headers={"cookie": "*"})), faults=FAULTS), True),
        (Rule("another field", Match(headers={"x-team": "blue"}), faults=FAULTS), False),
        (Rule("other", Match(model="qwen"), faults=FAULTS), False),
        (Rule("all but", Match(excluded=Match(model="llama")), faults=FAULTS), False),
        (Rule("no fault"), False),
    ],
)
def test_may_break(rule, breaks):
    """A rule that may break an answer, at any time and for any key, counts; no trial is used up."""
    run = Run((Rule("qwen", Match(model="qwen"), faults=FAULTS),), 0)
    assert not run.may_break(CHAT)
    run.inject(rule)
    assert run.may_break(CHAT) is breaks
    assert run.may_break(QWEN)
    assert chosen(run, CHAT) == chosen(Run((rule,), 0), CHAT)


def test_what_a_sequence_lets_pass():
    """A request that a sequence lets pass is for the rules that follow, and is told why."""
    faults = RuleAction(faults=FAULTS)
    rules = (
        Rule("actions", sequence=(faults, RuleAction(), faults), state=State(sets="used")),
        Rule("other", schedule=Schedule(first=1)),
    )
    run = Run(rules, 0)
    found = [run.choose(CHAT, 0.0, CallProgress()) for _ in range(4)]
    assert [decision.rule.name for decision in found] == ["actions", "other", "actions", ""]
    assert found[0].action == faults
    assert [str(miss) for miss in found[3].no_match.near_misses(CHAT)] == [
        "rule 'actions': counted as request 4, and its sequence is over",
        "rule 'other': counted as request 2, but the schedule has first: 1",
    ]
    passing = Run((Rule("actions", sequence=(RuleAction(), faults)),), 0)
    (miss,) = passing.choose(CHAT, 0.0, CallProgress()).no_match.near_misses(CHAT)
    assert miss.why == "counted as request 1, which its sequence lets pass"


def test_letting_pass_begins_no_state():
    """A state begins with the first request that is not let pass."""
    run = Run(
        (Rule(sequence=(RuleAction(), RuleAction(faults=FAULTS)), state=State(sets="used")),), 0
    )
    chosen(run, CHAT)
    assert run.state == "start"
    chosen(run, CHAT)
    assert run.state == "used"


def test_sequence_may_break():
    """A rule may break what one of its actions breaks."""
    assert Run((Rule(sequence=(RuleAction(), RuleAction(faults=FAULTS))),), 0).may_break(CHAT)
    assert not Run((Rule(sequence=TEXTS),), 0).may_break(CHAT)
