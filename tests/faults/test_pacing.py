from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from mockserver.faults import Bandwidth, Context, Drip, Pace, broken
from mockserver.plan import Close, Data, End, EventRun, Head, Wait, duration_of, expand, tokens_of

EVENTS = Head(200, (("content-type", "text/event-stream"),))
ROLE, ONE, TWO, LAST, END = Data(b"role"), Data(b"1", 1), Data(b"2", 2), Data(b"last"), End()
STREAM = (EVENTS, ROLE, ONE, TWO, LAST, END)
DOCUMENT = (Head(200), Data(b"0123456789" * 2, 5), END)
ERROR = (Head(500), Data(b"oops"), END)


def apply(fault, plan, **context):
    return fault.apply(plan, Context(Random(1), **context))


def slices(size, wait):
    """Return the document in slices of so many bytes, four of which make a token."""
    text = DOCUMENT[1].data
    for at in range(0, len(text), size):
        yield from (Wait(wait), Data(text[at : at + size], (at + size) // 4 - at // 4))


@pytest.mark.parametrize(
    ("fault", "plan", "slow"),
    [
        (
            Drip(0.5),
            STREAM,
            (EVENTS, ROLE, Wait(0.5), ONE, Wait(0.5), TWO, Wait(0.5), LAST, END),
        ),
        (
            Drip(0.5, 3),
            (EVENTS, Data(b"role"), END),
            (EVENTS, Data(b"rol"), Wait(0.5), Data(b"e"), END),
        ),
        (Drip(0.5), DOCUMENT, (Head(200), *[*slices(2, 0.5)][1:], END)),
        (Drip(0.5, 10), DOCUMENT, (Head(200), *[*slices(10, 0.5)][1:], END)),
        (Drip(0.5, 20), DOCUMENT, DOCUMENT),
        (Drip(0.5), (Head(200), Data(b""), END), (Head(200), Data(b""), END)),
        (Drip(0.5), (Close(),), (Close(),)),
        (Bandwidth(40), DOCUMENT, (Head(200), *slices(4, 0.1), END)),
        (
            Bandwidth(1),
            (Head(200), Data(b"ab", 1), END),
            (Head(200), Wait(1), Data(b"a"), Wait(1), Data(b"b", 1), END),
        ),
        (Bandwidth(10), (Head(204), END), (Head(204), END)),
        (Pace(0.2), STREAM, (EVENTS, Wait(0.2), *STREAM[1:])),
        (Pace(0.2, 10), STREAM, (EVENTS, Wait(0.2), ROLE, ONE, Wait(0.2), TWO, LAST, END)),
        (Pace(0.0, 10), STREAM, (EVENTS, ROLE, ONE, Wait(0.2), TWO, LAST, END)),
        (Pace(0.2, 10), DOCUMENT, (Wait(0.6), *DOCUMENT)),
        (Pace(0.2, 10), ERROR, ERROR),
        (Pace(0.2, 10), (Close(),), (Close(),)),
        (Pace(0.2, "model"), STREAM, (EVENTS, Wait(0.2), *STREAM[1:])),
    ],
)
def test_slow(fault, plan, slow):
    """A wait sits before each piece that it delays."""
    found = apply(fault, plan)
    assert [step for step in found if not isinstance(step, Wait)] == [
        step for step in slow if not isinstance(step, Wait)
    ]
    assert [getattr(step, "seconds", None) for step in found] == [
        pytest.approx(step.seconds) if isinstance(step, Wait) else None for step in slow
    ]


@pytest.mark.parametrize(("speed", "seconds"), [(2000, 1.25), (800, 1.625), (None, 1.0)])
def test_speed_of_the_model(speed, seconds):
    """A pace may be that of the model, which nobody knows of an unknown one."""
    plan = (EVENTS, *[ONE] * 501, END)
    assert duration_of(apply(Pace(1.0, "model"), plan, speed=speed)) == pytest.approx(seconds)


@given(
    st.lists(st.builds(Data, st.binary(max_size=50), st.integers(0, 5)), max_size=50),
    st.integers(1, 10_000),
    st.floats(0.01, 5000),
    st.booleans(),
)
def test_no_drift(pieces, rate, speed, stream):
    """However many waits there are, they add up to size or tokens over speed, and lose nothing."""
    plan = (EVENTS if stream else Head(200), *pieces, END)
    size, tokens = sum(len(one.data) for one in pieces), tokens_of(plan)
    slow = apply(Bandwidth(rate), plan)
    assert duration_of(slow) == pytest.approx(size / rate, rel=1e-9)
    paced = apply(Pace(0.5, speed), plan)
    expected = 0.5 + (tokens - 1) / speed if tokens else 0.0
    assert duration_of(paced) == pytest.approx(expected, rel=1e-9)
    for found in (slow, paced, apply(Drip(1.0, 7), plan), apply(Drip(1.0), plan)):
        data = [step for step in found if isinstance(step, Data)]
        assert b"".join(one.data for one in data) == b"".join(one.data for one in pieces)
        assert tokens_of(found) == tokens


@pytest.mark.parametrize("rate", [0, -1, 0.0001, float("nan"), float("inf"), "models", None, True])
def test_wrong_rate(told, rate):
    """A rate is a sensible number, or that of the model, and one of the two keys is given."""
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(Pace).validate_python({"tokens_per_second": rate})
    [error] = caught.value.errors()
    expected = "should be a number of tokens a second, at least 0.001, or 'model'"
    if rate is None:
        expected = "should have 'first_token' or 'tokens_per_second'"
    assert told(error) == expected


@pytest.mark.parametrize("rate", [1, 0.5, "model"])
def test_rate(rate):
    """Numbers, whole or not, and the model's."""
    assert TypeAdapter(Pace).validate_python({"tokens_per_second": rate}) == Pace(0.0, rate)


def together(counts):
    """Return events of so many tokens each, which differ in their middles only."""
    middles = tuple(b"%d" % at for at in range(len(counts)))
    return EventRun(b"<", middles, b">", tuple(counts))


@given(
    st.lists(st.integers(0, 3), max_size=6),
    st.sampled_from([0.0, 0.5]),
    st.sampled_from([None, 0.3, 10.0, 3000.0]),
    st.integers(0, 2),
)
def test_what_is_together(counts, first_token, rate, last):
    """Events that come together are paced as they are apart, and stay together."""
    if not first_token and rate is None:
        first_token = 0.5
    plan = (EVENTS, together(counts), Data(b"last", last), END)
    found = apply(Pace(first_token, rate), plan)
    assert expand(found) == apply(Pace(first_token, rate), expand(plan))
    assert len(found) <= len(plan) + 1


def test_broken():
    """A pace parts nothing, and any other fault finds each event in a step of its own."""
    plan = (EVENTS, together([0, 1, 1]), END)
    context = Context(Random(1))
    assert [type(step) for step in broken(plan, [Pace(0.0, 10)], context)] == [Head, EventRun, End]
    both = broken(plan, [Pace(0.0, 10), Drip(0.5)], context)
    assert both == Drip(0.5).apply(expand(Pace(0.0, 10).apply(plan, context)), context)
    assert broken(plan, [], context) is plan
