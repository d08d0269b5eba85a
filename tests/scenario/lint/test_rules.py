"""What is odd about a scenario."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.faults import Cut, Error
from mockserver.scenario import (
    Match,
    Prompt,
    Range,
    Rule,
    RuleAction,
    Scenario,
    Schedule,
    State,
    Window,
    names,
    read,
)
from mockserver.scenario.lint.rules import rule_findings
from mockserver.scenario.patterns import glob
from mockserver.scenario.schedule import Trials

FOLDER = Path(__file__).parents[3] / "scenarios"


def found(*rules):
    return list(rule_findings(Scenario("x", rules=rules)))


@pytest.mark.parametrize(
    ("schedule", "why"),
    [
        (Schedule(probability=0.0), "its probability is 0"),
        (Schedule(window=Window(lasting=0.0)), "its window is never open"),
        (Schedule(at=()), "no request fits at: []"),
        (Schedule(first=3, at=(4, 9)), "no request fits first: 3, at: [4, 9]"),
        (Schedule(first=3, every=4), "no request fits first: 3, every: 4"),
        (Schedule(at=(1, 3), every=2), "no request fits at: [1, 3], every: 2"),
        (Schedule(any_of=(Schedule(at=()), Schedule(probability=0.0))), "no schedule in 'any' can"),
        (Schedule(all_of=(Schedule(), Schedule(probability=0.0))), "its probability is 0"),
        (Schedule(), None),
        (Schedule(first=3, at=(3, 4)), None),
        (Schedule(first=3, every=3), None),
        (Schedule(after=9, first=3, at=(1,)), None),
        (Schedule(probability=0.01, window=Window(after=9.0, lasting=1.0)), None),
        (Schedule(any_of=(Schedule(at=()), Schedule(first=1))), None),
    ],
)
def test_never_acts(schedule, why):
    """A schedule that can't agree with any request is found, with the reason."""
    odd = found(Rule(schedule=schedule))
    assert [path for path, _ in odd] == [("rules", 0, "schedule")] * bool(why)
    assert all(said.startswith(f"the rule never acts: {why}") for _, said in odd)


def test_attempts_count_from_one():
    """A rule for attempt 0 is for none."""
    (odd,) = found(Rule(match=Match(attempt=0)), Rule(match=Match(attempt=1)))
    assert odd == (("rules", 0, "match", "attempt"), "the rule never acts: attempts count from 1")


small = st.integers(1, 6)
schedules = st.builds(
    Schedule,
    after=st.integers(0, 3),
    first=st.none() | small,
    at=st.none() | st.lists(small, max_size=3).map(tuple),
    every=st.none() | small,
)


@given(schedules)
def test_never_and_ever(schedule):
    """A schedule of numbers is found exactly when none of many requests is taken."""
    trials = Trials(schedule, "1")
    acts = any(trials.take(0.0).refused is None for _ in range(50))
    assert acts is not bool(found(Rule(schedule=schedule)))


@pytest.mark.parametrize(
    ("states", "said"),
    [
        ((State(requires="start"),), []),
        ((State(sets="down"), State(requires="down")), []),
        ((State(requires="down"), State(sets="down")), []),
        (
            (State(sets="down"), State(requires="dwn")),
            ["no rule sets the state 'dwn'; did you mean 'down'? Allowed are down, start"],
        ),
        ((State(requires="up"),), ["no rule sets the state 'up'; allowed are start"]),
    ],
)
def test_states(states, said):
    """A state that no rule sets is found."""
    rules = [Rule(match=Match(model=str(at)), state=state) for at, state in enumerate(states)]
    odd = found(*rules)
    assert [one for _, one in odd] == said
    assert all(path[2:] == ("state", "requires") for path, _ in odd)


COVERED = [
    (Match(), Match(model="a", stream=True)),
    (Match(endpoint="chat"), Match(endpoint="chat", tools=True)),
    (Match(model="llama*"), Match(model="llama3*")),
    (Match(model="llama?"), Match(model="llama3")),
    (Match(model="*"), Match(model="?x*")),
    (Match(key="csk-*"), Match(key="csk-a")),
    (Match(prompt=Prompt(contains="a")), Match(prompt=Prompt(contains="cat", regex="x"))),
    (Match(prompt=Prompt(regex="a")), Match(prompt=Prompt(regex="a"))),
    (Match(messages=Range(2)), Match(messages=3)),
    (Match(messages=Range(2, 5)), Match(messages=Range(3, 5))),
    (Match(attempt=Range(max=3)), Match(attempt=1)),
    (Match(tools=True), Match(tools="a")),
    (Match(headers={"X-A": "b*"}), Match(headers={"x-a": "bc", "x-b": "d"})),
    (Match(headers={"x-a": None}), Match(headers={"X-A": None})),
    (Match(json={"$.a": 1}), Match(json={"$.a": 1, "$.b": 2})),
    (Match(excluded=Match(stream=True)), Match(excluded=Match(stream=True), model="a")),
]
NOT_COVERED = [
    (Match(), Match(endpoint="warming")),
    (Match(endpoint="chat"), Match()),
    (Match(endpoint="chat"), Match(endpoint="completions")),
    (Match(model="llama3*"), Match(model="llama*")),
    (Match(model="llama?"), Match(model="llama*")),
    (Match(stream=True), Match(stream=False)),
    (Match(prompt=Prompt(contains="cat")), Match(prompt=Prompt(contains="a"))),
    (Match(prompt=Prompt(regex="a")), Match(prompt=Prompt(contains="a"))),
    (Match(messages=Range(2, 5)), Match(messages=Range(3))),
    (Match(messages=Range(2)), Match(messages=1)),
    (Match(tools=False), Match(tools="a")),
    (Match(tools="a"), Match(tools=True)),
    (Match(headers={"x-a": "b"}), Match()),
    (Match(headers={"x-a": None}), Match(headers={"x-a": "b"})),
    (Match(headers={"x-a": "*"}), Match(headers={"x-a": None})),
    (Match(json={"$.a": 1}), Match(json={"$.a": True})),
    (Match(excluded=Match(stream=True)), Match(excluded=Match(stream=False))),
    (Match(excluded=Match(stream=True)), Match()),
]


@pytest.mark.parametrize(
    ("wide", "narrow", "covered"),
    [(*pair, True) for pair in COVERED] + [(*pair, False) for pair in NOT_COVERED],
)
def test_hidden(wide, narrow, covered):
    """A rule behind one that takes all its requests is found; nothing that is not sure."""
    odd = found(Rule("first", wide), Rule("second", narrow))
    said = "no request reaches it: rules[0] 'first' takes all"
    assert odd == [(("rules", 1), said)] * covered


patterns = st.text("ab*?", max_size=5)


@given(patterns, patterns, st.lists(st.text("ab", max_size=6), max_size=30))
def test_hidden_by_wildcards(wide, narrow, texts):
    """No text fits the pattern of a rule that is said to be hidden, but not that which hides it."""
    if found(Rule(match=Match(model=wide)), Rule(match=Match(model=narrow))):
        assert all(glob(wide)(text) for text in texts if glob(narrow)(text))


@pytest.mark.parametrize(
    ("earlier", "later", "hidden"),
    [
        (Rule(schedule=Schedule(first=1)), Rule(), False),
        (Rule(state=State(requires="start")), Rule(), False),
        (Rule(), Rule(state=State(requires="start")), True),
        (Rule(state=State("start", "down")), Rule(state=State(requires="start")), True),
        (
            Rule(state=State("start"), count_by="call"),
            Rule(state=State(requires="start")),
            False,
        ),
    ],
)
def test_hidden_by_state(earlier, later, hidden):
    """Only a rule that always acts hides others, or one that always acts in their state."""
    assert bool(found(earlier, later)) is hidden


@pytest.mark.parametrize("name", names())
def test_shipped(name):
    """Nothing is odd about what is shipped."""
    text = (FOLDER / f"{name}.yaml").read_text("utf-8")
    assert read(text, source=f"{name}.yaml").warnings() == []


TEXT = """\
name: x
parameters: {used: 1, unused: 2}
rules:
  - schedule: {first: "${used}"}
  - name: all
  - match: {model: qwen*}
    schedule: {probability: 0}
    state: {requires: down}
"""


def test_warnings():
    """A warning has file, line, column and path."""
    path = "mine.yaml"
    assert read(TEXT, source=path).warnings() == [
        f"{path}:7:15: rules[2].schedule: the rule never acts: its probability is 0",
        (f"{path}:8:23: rules[2].state.requires: no rule sets the state 'down'; allowed are start"),
        f"{path}:6:5: rules[2]: no request reaches it: rules[1] 'all' takes all",
        f"{path}:2:31: parameters.unused: nothing uses this parameter",
    ]


def test_what_is_inherited_is_not_told(tmp_path):
    """What one's own rules hide of those inherited is meant so."""
    (tmp_path / "base.yaml").write_text(TEXT)
    path = str(tmp_path / "mine.yaml")
    text = "extends: base.yaml\nrules: [{name: all}]\nparameters: {mine: 1}\n"
    assert read(text, source=path).warnings() == [
        f"{path}:3:20: parameters.mine: nothing uses this parameter"
    ]


def test_very_many_rules(monkeypatch):
    """Each of thousands of rules is compared with some hundred earlier ones, not with all."""
    compared = []
    monkeypatch.setattr(
        "mockserver.scenario.lint.rules._hides", lambda *pair: compared.append(pair) or False
    )
    found(*(Rule(f"r{at}", Match(model=f"m{at}")) for at in range(1_000)))
    assert len(compared) == 0
    found(*(Rule(f"r{at}", Match(model=f"m{at}*")) for at in range(1_000)))
    assert 0 < len(compared) <= 1_000 * 200


def test_hidden_far_behind():
    """A rule that names the same model as one long before is found to be hidden."""
    rules = [Rule(f"r{at}", Match(model=f"m{at % 999}")) for at in range(1_000)]
    assert found(*rules) == [
        (("rules", 999), "no request reaches it: rules[0] 'r0' takes all"),
    ]


BUSY = RuleAction(faults=(Error(status=503),))


def at(*numbers, **keys):
    return Rule(schedule=Schedule(at=numbers), **keys)


def first(count, after=0):
    return Rule(schedule=Schedule(first=count, after=after))


def every(step):
    return Rule(schedule=Schedule(every=step))


@pytest.mark.parametrize(
    ("rules", "odd"),
    [
        ((at(1), at(2), at(3)), {1: 0, 2: 1}),
        ((at(1, 3), at(2)), {1: 0}),
        ((first(2), at(3)), {1: 0}),
        ((first(2), first(1, after=2)), {1: 0}),
        ((first(2), Rule(schedule=Schedule(after=2))), {1: 0}),
        ((at(2), first(1), at(9)), {2: 1}),
        ((first(10**12), first(10**12, after=10**12)), {1: 0}),
        ((at(1), Rule(match=Match(stream=True)), at(2)), {2: 0}),
        ((at(1), at(1)), {}),
        ((at(2), at(1)), {}),
        ((first(3), first(3)), {}),
        ((first(3), at(2, 5)), {}),
        ((first(3), Rule(schedule=Schedule(after=5))), {}),
        ((Rule(schedule=Schedule(after=3)), first(3)), {}),
        ((at(1), at(2, match=Match(stream=True))), {}),
        ((at(1), at(2, count_by="call")), {}),
        ((at(1), at(2, state=State(requires="start"))), {}),
        ((every(1), at(2)), {}),
        ((at(1), every(2)), {}),
        ((at(1), Rule(schedule=Schedule(at=(2,), probability=0.5))), {}),
        ((Rule(sequence=(BUSY, BUSY)),), {}),
    ],
)
def test_meant_as_a_sequence(rules, odd):
    """Rules whose numbers go on with those of others do not act as they are meant."""
    assert found(*rules) == [
        (
            ("rules", later, "schedule"),
            (
                f"this rule counts only requests that rules[{earlier}] leaves to it; to apply one "
                "action after another, write one rule with a 'sequence'"
            ),
        )
        for later, earlier in odd.items()
    ]


@pytest.mark.parametrize(
    ("sequence", "then", "hidden"),
    [
        ((BUSY, BUSY), "pass", False),
        ((BUSY, BUSY), "stay", True),
        ((BUSY, BUSY), "repeat", True),
        ((BUSY, RuleAction()), "stay", False),
        ((BUSY, RuleAction()), "repeat", False),
    ],
)
def test_hidden_by_a_sequence(sequence, then, hidden):
    """Only a sequence that never ends, and lets nothing pass, takes all."""
    odd = found(Rule(sequence=sequence, then=then), Rule())
    assert odd == [(("rules", 1), "no request reaches it: rules[0] takes all")] * hidden


def test_sequence_of_nothing():
    """A sequence that lets all pass is told."""
    (odd,) = found(Rule(sequence=(RuleAction(), RuleAction())))
    said = "the rule never acts: every item of its sequence is 'pass'"
    assert odd == (("rules", 0, "sequence"), said)


@pytest.mark.parametrize(
    ("match", "why"),
    [
        (Match(endpoint="chat", method=("GET", "PUT")), "'chat' takes only POST"),
        (Match(endpoint="files", method=("POST",)), "'files' takes only GET or HEAD"),
        (Match(endpoint="files", method=("HEAD",)), None),
        (Match(endpoint="chat", method=("GET", "POST")), None),
        (Match(method=("PATCH",)), None),
    ],
)
def test_method_of_an_endpoint(match, why):
    """A rule for an endpoint and a method that it is not asked by never acts."""
    odd = found(Rule(match=match))
    assert odd == (
        [(("rules", 0, "match", "method"), f"the rule never acts: {why}")] if why else []
    )


@pytest.mark.parametrize(
    ("wide", "narrow", "hidden"),
    [
        (("GET", "POST"), ("GET",), True),
        (("GET",), ("GET", "POST"), False),
        (("GET",), None, False),
    ],
)
def test_hidden_by_method(wide, narrow, hidden):
    """A rule for some methods hides one for fewer of them."""
    assert bool(found(Rule(match=Match(method=wide)), Rule(match=Match(method=narrow)))) is hidden


@pytest.mark.parametrize(
    ("error", "odd"),
    [
        (Error(status=200), True),
        (Error(status=201), True),
        (Error(status=204), False),
        (Error(status=302), False),
        (Error(status=500), False),
        (Error(status=200, message="Busy."), False),
        (Error(status=200, problem="server_error"), False),
        (Error(status=200, body={"error": "busy"}), False),
        (Error(problem="server_error"), False),
    ],
)
def test_good_errors(error, odd):
    """A bare error with the status of a success is told, in a list and in a sequence."""
    rules = (
        Rule(faults=(Cut(), error)),
        Rule(sequence=(BUSY, RuleAction(faults=(error,))), then="stay"),
    )
    places = [("faults", 1), ("sequence", 1)]
    assert [path for path, said in found(*rules) if "of a success" in said] == [
        ("rules", at, *place, "error", "status") for at, place in enumerate(places) if odd
    ]
