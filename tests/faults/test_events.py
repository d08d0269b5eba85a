from random import Random

import pytest

from mockserver.faults import Context, Tamper
from mockserver.faults.events import finishes, is_done, is_event, is_role, says_choices
from mockserver.plan import Close, Data, End, Head, Wait

EVENTS = Head(200, (("content-type", "text/event-stream"),))
ROLE = Data(b'data: {"id":1,"choices":[{"delta":{"role":"assistant"}}],"usage":1}\n\n')
ONE, TWO = Data(b'data: {"id":1,"a":"b"}\n\n', 1), Data(b'data: {"id":1,"a":"c"}\n\n', 2)
LAST = Data(b'data: {"id":1,"choices":[{"finish_reason":"stop"}]}\n\n')
DONE, SIGN, END = Data(b"data: [DONE]\n\n"), Data(b": keep-alive\n\n"), End()
STREAM = (EVENTS, ROLE, SIGN, ONE, Wait(1), TWO, LAST, DONE, END)
DOCUMENT = (Head(200), Data(b'{"a":"data:"}', 1), END)
HALF = Data(b'data: {"id":\n\n')
EMPTY = Data(b'data: {"id":1,"choices":[]}\n\n')


@pytest.mark.parametrize(
    ("kind", "at", "events"),
    [
        ("duplicated", 2, (ROLE, SIGN, ONE, Data(ONE.data), Wait(1), TWO, LAST, DONE)),
        ("duplicated", "finish", (ROLE, SIGN, ONE, Wait(1), TWO, LAST, LAST, DONE)),
        ("reordered", 2, (ROLE, SIGN, TWO, Wait(1), ONE, LAST, DONE)),
        ("reordered", "finish", (ROLE, SIGN, ONE, Wait(1), TWO, DONE, LAST)),
        ("reordered", 5, (ROLE, SIGN, ONE, Wait(1), TWO, LAST, DONE)),
        ("dropped", 1, (SIGN, ONE, Wait(1), TWO, LAST, DONE)),
        ("dropped", "finish", (ROLE, SIGN, ONE, Wait(1), TWO, DONE)),
        ("malformed", 2, (ROLE, SIGN, HALF, Wait(1), TWO, LAST, DONE)),
        ("empty_choices", 1, (EMPTY, ROLE, SIGN, ONE, Wait(1), TWO, LAST, DONE)),
        (
            "empty_choices",
            5,
            (ROLE, SIGN, ONE, Wait(1), TWO, LAST, Data(b'data: {"choices":[]}\n\n'), DONE),
        ),
        ("after_done", "finish", (ROLE, SIGN, ONE, Wait(1), TWO, DONE, LAST)),
        ("after_done", 2, (ROLE, SIGN, DONE, ONE, Wait(1), TWO, LAST)),
        ("after_done", 5, STREAM[1:-1]),
        ("dropped", 6, STREAM[1:-1]),
    ],
)
def test_tamper(kind, at, events):
    """One event of a stream is changed, moved or dropped; signs of life are not counted."""
    assert apply(kind, at, STREAM) == (EVENTS, *events, END)


def apply(kind, at, plan):
    return Tamper(kind, at).apply(plan, Context(Random(1)))


@pytest.mark.parametrize("plan", [DOCUMENT, (Close(),), (), (EVENTS, END)])
@pytest.mark.parametrize("at", [1, "finish"])
def test_nothing_to_tamper_with(plan, at):
    """What is no stream, or one without such an event, is untouched."""
    assert apply("dropped", at, plan) == plan


def test_no_done():
    """Without an end nothing comes behind it."""
    plan = (EVENTS, ONE, LAST, END)
    assert apply("after_done", "finish", plan) == plan


def test_broken_event():
    """An event that is no JSON any more can have an empty one before it."""
    plan = apply("empty_choices", 1, (EVENTS, HALF, END))
    assert plan == (EVENTS, Data(b'data: {"choices":[]}\n\n'), HALF, END)


def test_length():
    """A length that was named goes with it."""
    sized = Head(200, (*EVENTS.headers, ("content-length", "60")))
    head = apply("dropped", 1, (sized, ONE, TWO, END))[0]
    assert head.header("content-length") == str(60 - len(ONE.data))


@pytest.mark.parametrize(
    ("step", "kinds"),
    [
        (ROLE, {is_event, is_role, says_choices}),
        (LAST, {is_event, finishes, says_choices}),
        (DONE, {is_event, is_done}),
        (Data(b'data: {"content":"[DONE]"}'), {is_event}),
        (SIGN, set()),
        (END, set()),
    ],
)
def test_kinds(step, kinds):
    """Events are told apart by what they hold."""
    known = {is_event, is_role, finishes, is_done, says_choices}
    assert {kind for kind in known if kind(step)} == kinds
