"""What a request meets, as YAML has it."""

import pytest
from pydantic import TypeAdapter

from mockserver.api.model.script import Script
from mockserver.core.documents import Document
from mockserver.core.errors import DocumentError
from mockserver.faults import Cut, Error, Latency, NoDone
from mockserver.scenario.actions import AnyAction, RuleAction

ACTIONS = TypeAdapter(tuple[AnyAction, ...])


def read(text):
    return Document(text, source="x").read_as(ACTIONS)


def test_actions():
    """An action is a mapping's faults in their order and a reply, or the word pass."""
    text = """\
    - error: {status: 503}
    - pass
    - latency: {delay: 1s}
      reply: {text: Hi.}
      cut: {}
    - {cut: {}, latency: {delay: 1s}}
    """
    late = Latency(delay=1.0)
    assert read(text) == (
        RuleAction(faults=(Error(status=503),)),
        RuleAction(),
        RuleAction(Script(text="Hi."), (late, Cut())),
        RuleAction(faults=(Cut(), late)),
    )


def test_passes():
    """One without faults and reply passes, one with a reply speaks."""
    assert [
        action.passes
        for action in (RuleAction(), RuleAction(Script(text="a")), RuleAction(faults=(NoDone(),)))
    ] == [
        True,
        False,
        False,
    ]
    assert [
        action.speaks
        for action in (RuleAction(), RuleAction(Script(text="a")), RuleAction(faults=(NoDone(),)))
    ] == [
        False,
        True,
        False,
    ]


def test_values():
    """In Python an action is a value."""
    assert ACTIONS.validate_python([RuleAction()]) == (RuleAction(),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "[no_done]",
            (
                "1:2: [0]: should be a mapping of faults, or the word 'pass', "
                "found 'no_done'; write 'no_done: {}'"
            ),
        ),
        ("[skip]", "1:2: [0]: should be a mapping of faults, or the word 'pass', found 'skip'"),
        ("[{}]", "1:2: [0]: should name a fault or a reply, or be the word 'pass', found {}"),
        ("[3]", "1:2: [0]: should be a mapping of keys to values, found 3"),
        ("[{cut: }]", "1:8: [0].cut: should be a mapping of keys to values, found nothing"),
        (
            "[{error: {status: x}}]",
            "1:19: [0].error.status: should be a status from 200 to 599, found 'x'",
        ),
        ("[{cutt: {}}]", "1:3: [0]: unknown key 'cutt'; did you mean 'cut'? Allowed are cut, "),
        ("[{status: 503}]", "1:3: [0]: unknown key 'status'; it belongs in 'error'"),
        ("[{cut: {status: 503}}]", "1:9: [0].cut: unknown key 'status'; it belongs in 'error'"),
    ],
)
def test_wrong(text, said):
    """The error for an invalid action has its place and the fix."""
    with pytest.raises(DocumentError) as caught:
        read(text)
    assert str(caught.value).startswith(f"x:{said}")
