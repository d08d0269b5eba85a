"""Rules that are added to a running scenario."""

import pytest

from mockserver.core.errors import DocumentError
from mockserver.faults import Error, NoDone
from mockserver.scenario import Match, Rule, Schedule, injection


def test_injected():
    """Values and mappings make the same rule."""
    rule = Rule("injected", Match(model="llama*"), Schedule(first=2), faults=(Error(status=503),))
    for fault in (Error(status=503), {"error": {"status": 503}}):
        for match in (Match(model="llama*"), {"model": "llama*"}):
            assert injection.injected(fault, times=2, match=match) == rule
    assert injection.injected(Error(status=503)).schedule == Schedule()


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
        injection.injected(**arguments)
    assert str(caught.value).startswith(said)


def test_rule_of():
    """A rule is read from YAML and JSON, and gets a name where it has none."""
    rule = Rule("injected", schedule=Schedule(every=2), faults=(NoDone(),))
    assert injection.rule_of("schedule: {every: 2}\nfaults: [no_done: {}]", source="body") == rule
    text = '{"name": "injected", "schedule": {"every": 2}, "faults": [{"no_done": {}}]}'
    assert injection.rule_of(text, source="body") == rule


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
        injection.rule_of(text, source="body")
    assert str(caught.value).startswith(said)
