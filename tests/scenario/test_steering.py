"""Faults and scenarios that somebody asks for while another scenario runs."""

import pytest

from mockserver.core.errors import DocumentError, MockServerError
from mockserver.faults import Cut, Error, NoDone
from mockserver.scenario import Match, Rule, Schedule, steering


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("error: {status: 503}", (Error(status=503),)),
        ('{"cut": {"after_tokens": 3}}', (Cut(after_tokens=3),)),
        ("[no_done: {}, {cut: {by: rst}}]", (NoDone(), Cut(by="rst"))),
        ("no_done", (NoDone(),)),
    ],
)
def test_fault_of_a_header(text, faults):
    """A header field holds one fault, a list of them, or the bare name of one."""
    assert steering.rule_for({steering.FAULT: text}) == Rule("X-Cerebras-Mock-Fault", faults=faults)


def test_probable_fault():
    """A header may say how probable its faults are, as a rule does."""
    text = "{faults: [error: {status: 503}], schedule: {probability: 0.2}}"
    assert steering.rule_for({steering.FAULT: text}) == Rule(
        "X-Cerebras-Mock-Fault", schedule=Schedule(probability=0.2), faults=(Error(status=503),)
    )
    text = "faults: [no_done: {}]"
    assert steering.rule_for({steering.FAULT: text}) == Rule(
        "X-Cerebras-Mock-Fault", faults=(NoDone(),)
    )


def test_no_header():
    """A request that asks for nothing gets no rule."""
    assert steering.rule_for({"x-team": "blue"}) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no_dune", "X-Cerebras-Mock-Fault:1:1: unknown key 'no_dune'; did you mean 'no_done'?"),
        (
            "cut: {by: fim}",
            (
                "X-Cerebras-Mock-Fault:1:11: cut.by: should be 'fin', 'rst', 'content_length' or "
                "'eof', found 'fim'; did you mean 'fin'?"
            ),
        ),
        ("[cut: {behind: 1}]", "X-Cerebras-Mock-Fault:1:8: [0].cut: unknown key 'behind'; allowed"),
        ("", "X-Cerebras-Mock-Fault:1:1: should be a mapping of keys to values, found nothing"),
        ("503", "X-Cerebras-Mock-Fault:1:1: should be a mapping of keys to values, found 503"),
        ("cut: {", "X-Cerebras-Mock-Fault:2:1: not YAML: "),
        (
            "{faults: [no_done: {}], schedule: {probability: 0.5, first: 3}}",
            "X-Cerebras-Mock-Fault:1:54: schedule: unknown key 'first'; allowed are probability",
        ),
        (
            "{faults: [no_done: {}], probability: 0.5}",
            "X-Cerebras-Mock-Fault:1:25: unknown key 'probability'; it belongs into 'schedule'",
        ),
        (
            "{faults: [no_done: {}], schedule: {probability: yes}}",
            "X-Cerebras-Mock-Fault:1:49: schedule.probability: should be a number from 0 to 1, ",
        ),
        (
            "[&a [x,x,x,x,x,x], &b [*a,*a,*a,*a,*a], &c [*b,*b,*b,*b,*b,*b], *c,*c,*c,*c]",
            "X-Cerebras-Mock-Fault: has more than 1,000 keys and values, counted as often as ",
        ),
        ("no_done" + " " * 20_000, "X-Cerebras-Mock-Fault: is 20,007 characters long; no more "),
    ],
)
def test_wrong_fault(text, said):
    """What is no fault is one sentence with the spot and what is allowed."""
    with pytest.raises(DocumentError) as caught:
        steering.rule_for({steering.FAULT: text})
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)


def test_scenario_of():
    """A shipped scenario is named, and its parameters may follow."""
    assert steering.scenario_of("burst-503").name == "burst-503"
    found = steering.scenario_of("stream-cut; after_tokens=3;times=1")
    assert found.rules[0].schedule == Schedule(first=1)
    assert found.rules[0].faults == (Cut(after_tokens=3),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("burts-503", "no shipped scenario is called 'burts-503'; did you mean 'burst-503'?"),
        ("/etc/passwd.yaml", "no shipped scenario is called '/etc/passwd.yaml'; allowed are "),
        ("stream-cut; tims=1", "no parameter of stream-cut.yaml is called 'tims'; did you mean"),
        ("stream-cut; times=1; times=2", "X-Cerebras-Mock-Scenario: 'times' is given twice"),
        ("stream-cut; times", "X-Cerebras-Mock-Scenario: should be a name, perhaps with "),
        ("stream-cut; times=[", "X-Cerebras-Mock-Scenario: times:2:1: not YAML: "),
        ("stream-cut" + "; a=1" * 21, "X-Cerebras-Mock-Scenario: has more than 20 parameters"),
        ("stream-cut; times=0", "stream-cut.yaml:13:23: rules[0].schedule.first: should be "),
    ],
)
def test_wrong_scenario(text, said):
    """Files can't be named, and what is wrong is one sentence."""
    with pytest.raises(MockServerError) as caught:
        steering.scenario_of(text)
    assert str(caught.value).startswith(said)


def test_refusal():
    """What is wrong with a header is told to the client as a 400."""
    (fault,) = steering.refusal(DocumentError("a: b")).faults
    assert (fault.status, fault.message, fault.code) == (400, "a: b", "mock_header")


def test_injected():
    """Values and mappings make the same rule."""
    rule = Rule("injected", Match(model="llama*"), Schedule(first=2), faults=(Error(status=503),))
    for fault in (Error(status=503), {"error": {"status": 503}}):
        for match in (Match(model="llama*"), {"model": "llama*"}):
            assert steering.injected(fault, times=2, match=match) == rule
    assert steering.injected(Error(status=503)).schedule == Schedule()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            {"fault": "cut"},
            "inject(): should be a fault, such as {'error': {'status': 503}}, found",
        ),
        (
            {"fault": {"cutt": {}}},
            "inject():2:3: faults[0]: unknown key 'cutt'; did you mean 'cut'",
        ),
        ({"fault": NoDone(), "times": 0}, "inject(): times should be a whole number above 0, "),
        ({"fault": NoDone(), "times": "2"}, "inject(): times should be a whole number above 0, "),
        ({"fault": NoDone(), "times": True}, "inject(): times should be a whole number above 0, "),
        ({"fault": NoDone(), "match": {"modle": 1}}, "inject():2:3: match: unknown key 'modle'"),
        ({"fault": {"error": {"status": object()}}}, "inject(): YAML has no form for "),
    ],
)
def test_wrong_injection(arguments, said):
    """What is no fault, no number and no match is one sentence."""
    with pytest.raises(DocumentError) as caught:
        steering.injected(**arguments)
    assert str(caught.value).startswith(said)


def test_rule_of():
    """A rule is read from YAML and JSON, and gets a name where it has none."""
    rule = Rule("injected", schedule=Schedule(every=2), faults=(NoDone(),))
    assert steering.rule_of("schedule: {every: 2}\nfaults: [no_done: {}]", source="body") == rule
    text = '{"name": "injected", "schedule": {"every": 2}, "faults": [{"no_done": {}}]}'
    assert steering.rule_of(text, source="body") == rule


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}", "body: the rule changes nothing; give it faults or a reply"),
        ("name: x", "body: the rule changes nothing; give it faults or a reply"),
        ("", "body:1:1: should be a mapping of keys to values, found nothing"),
        ("fault: []", "body:1:1: unknown key 'fault'; did you mean 'faults'?"),
    ],
)
def test_wrong_rule(text, said):
    """What is no rule, or one that does nothing, is one sentence."""
    with pytest.raises(DocumentError) as caught:
        steering.rule_of(text, source="body")
    assert str(caught.value).startswith(said)
