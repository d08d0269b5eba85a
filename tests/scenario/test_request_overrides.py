"""Header fields with which a request overrides the scenario."""

import pytest

from mockserver.core.errors import DocumentError, MockServerError
from mockserver.faults import Cut, Error, NoDone
from mockserver.scenario import Rule, Schedule, request_overrides


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
    assert request_overrides.rule_for({request_overrides.FAULT: text}) == Rule(
        "X-Cerebras-Mock-Fault", faults=faults
    )


def test_probable_fault():
    """A header may say how probable its faults are, as a rule does."""
    text = "{faults: [error: {status: 503}], schedule: {probability: 0.2}}"
    assert request_overrides.rule_for({request_overrides.FAULT: text}) == Rule(
        "X-Cerebras-Mock-Fault", schedule=Schedule(probability=0.2), faults=(Error(status=503),)
    )
    text = "faults: [no_done: {}]"
    assert request_overrides.rule_for({request_overrides.FAULT: text}) == Rule(
        "X-Cerebras-Mock-Fault", faults=(NoDone(),)
    )


def test_no_header():
    """A request that asks for nothing gets no rule."""
    assert request_overrides.rule_for({"x-team": "blue"}) is None


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
            "X-Cerebras-Mock-Fault:1:25: unknown key 'probability'; it belongs in 'schedule'",
        ),
        (
            "{faults: [no_done: {}], schedule: {probability: yes}}",
            "X-Cerebras-Mock-Fault:1:49: schedule.probability: should be a number from 0 to 1, ",
        ),
        (
            "[&a [x,x,x,x,x,x], &b [*a,*a,*a,*a,*a], &c [*b,*b,*b,*b,*b,*b], *c,*c,*c,*c]",
            "X-Cerebras-Mock-Fault: has more than 1,000 keys and values, including each ",
        ),
        (
            "no_done" + " " * 20_000,
            "X-Cerebras-Mock-Fault: is 20,007 characters long; the maximum ",
        ),
    ],
)
def test_wrong_fault(text, said):
    """What is no fault is one sentence with the spot and what is allowed."""
    with pytest.raises(DocumentError) as caught:
        request_overrides.rule_for({request_overrides.FAULT: text})
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)


def test_scenario_of():
    """A shipped scenario is named, and its parameters may follow."""
    assert request_overrides.scenario_of("burst-503").name == "burst-503"
    found = request_overrides.scenario_of("stream-cut; after_tokens=3;times=1")
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
        request_overrides.scenario_of(text)
    assert str(caught.value).startswith(said)


def test_refusal():
    """What is wrong with a header is told to the client as a 400."""
    (fault,) = request_overrides.refusal(DocumentError("a: b")).faults
    assert (fault.status, fault.message, fault.code) == (400, "a: b", "mock_header")
