import math
from random import Random
from statistics import fmean, pstdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.faults import Context, KeepAlive, Latency, SlowBody, Stall
from mockserver.plan import Close, Data, End, Head, Wait, duration_of

PLAN = (Head(200), Data(b"a", 1), End())
EVENTS = Head(200, (("content-type", "text/event-stream"),))
SIZED = Head(200, (("content-length", "4"),))
ROLE, ONE, TWO, END = Data(b"role"), Data(b"1", 1), Data(b"2", 1), End()
STREAM = (EVENTS, ROLE, ONE, TWO, END)
SILENCE = Wait(math.inf)
SIGN, SPACE = Data(b": keep-alive\n\n"), Data(b"\n")


def apply(fault, plan):
    return fault.apply(plan, Context(Random(1)))


@pytest.mark.parametrize(
    ("plan", "delayed"),
    [
        (PLAN, (Wait(2.0), *PLAN)),
        ((), (Wait(2.0),)),
        ((Wait(math.inf),), (Wait(2.0), Wait(math.inf))),
    ],
)
@pytest.mark.parametrize("distribution", ["fixed", "uniform", "normal", "lognormal"])
def test_latency(plan, delayed, distribution):
    """The whole answer is delayed by as much as is said."""
    [wait, *rest] = apply(Latency(2.0, distribution=distribution), plan)
    assert wait.seconds == pytest.approx(2.0)
    assert tuple(rest) == delayed[1:]


@given(
    st.integers(0, 2**32),
    st.floats(0.001, 100),
    st.floats(0, 100),
    st.sampled_from(["uniform", "normal", "lognormal"]),
)
def test_jitter(seed, delay, jitter, distribution):
    """The delay is never negative, a uniform one no further off than said, and follows the seed."""
    fault = Latency(delay, jitter, distribution)
    wait, *rest = fault.apply(PLAN, Context(Random(seed)))
    assert 0.0 <= wait.seconds < math.inf
    if distribution == "uniform":
        assert max(0.0, delay - jitter) <= wait.seconds <= delay + jitter
    assert tuple(rest) == PLAN
    assert fault.apply(PLAN, Context(Random(seed))) == (wait, *rest)


@pytest.mark.parametrize(
    ("distribution", "deviation"),
    [("uniform", 4.0 / math.sqrt(3)), ("normal", 4.0), ("lognormal", 4.0)],
)
def test_distribution(distribution, deviation):
    """Mean and deviation are those that were asked for, and only a lognormal one is skewed."""
    random = Random(5)
    fault = Latency(20.0, 4.0, distribution)
    waits = [fault.apply((), Context(random))[0].seconds for _ in range(4000)]
    assert fmean(waits) == pytest.approx(20, abs=0.2)
    assert pstdev(waits) == pytest.approx(deviation, rel=0.05)
    skew = fmean(((wait - 20) / deviation) ** 3 for wait in waits)
    assert (skew > 0.3) is (distribution == "lognormal")


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({"delay": 1.0, "jitter": 1.0, "distribution": "fixed"}, "a 'fixed' delay has no 'jitter'"),
        (
            {"delay": 0.0, "distribution": "lognormal"},
            "a 'lognormal' delay is always more than 0s",
        ),
    ],
)
def test_wrong_latency(keys, sentence):
    """A distribution that can't be is refused."""
    with pytest.raises(ValueError, match=sentence):
        Latency(**keys)


@pytest.mark.parametrize(
    ("fault", "plan", "broken"),
    [
        (SlowBody(3.0), PLAN, (PLAN[0], Wait(3.0), *PLAN[1:])),
        (SlowBody(3.0), (Wait(1), *PLAN), (Wait(1), PLAN[0], Wait(3.0), *PLAN[1:])),
        (SlowBody(3.0), (Close(),), (Close(),)),
        (Stall(), STREAM, (SILENCE,)),
        (Stall(), (Close(),), (SILENCE,)),
        (Stall(0), STREAM, (EVENTS, SILENCE)),
        (Stall(0), (Head(500), Data(b"x"), END), (Head(500), SILENCE)),
        (Stall(1), STREAM, (EVENTS, ROLE, ONE, SILENCE)),
        (Stall(2), STREAM, STREAM),
        (Stall(1), (SIZED, Data(b"abcd", 2), END), (SIZED, Data(b"ab", 1), SILENCE)),
        (Stall(1), (Close(),), (Close(),)),
    ],
)
def test_silence(fault, plan, broken):
    """Silence is where it is said, and nothing follows a stall."""
    assert apply(fault, plan) == broken


@pytest.mark.parametrize(
    ("keys", "plan", "broken"),
    [
        ({}, STREAM, (EVENTS, Wait(0.4), SIGN, Wait(0.4), SIGN, *STREAM[1:])),
        (
            {"lasting": 1.0, "after_tokens": 1},
            STREAM,
            (*STREAM[:3], Wait(0.4), SIGN, Wait(0.4), SIGN, Wait(pytest.approx(0.2)), TWO, END),
        ),
        ({"after_tokens": 1, "then": "end"}, STREAM, (*STREAM[:3], *[Wait(0.4), SIGN] * 2, END)),
        ({"then": "stall"}, STREAM, (EVENTS, *[Wait(0.4), SIGN] * 2, SILENCE)),
        ({"after_tokens": 2}, STREAM, STREAM),
        ({"lasting": 0.0}, STREAM, STREAM),
        ({}, PLAN, (PLAN[0], *[Wait(0.4), SPACE] * 2, *PLAN[1:])),
        ({"after_tokens": 1}, PLAN, PLAN),
        (
            {"after_tokens": 1},
            (SIZED, Data(b"abcd", 2), END),
            (
                Head(200, (("content-length", "6"),)),
                *[Wait(0.4), SPACE] * 2,
                Data(b"abcd", 2),
                END,
            ),
        ),
        (
            {"then": "end"},
            (SIZED, Data(b"abcd", 2), END),
            (Head(200, (("content-length", "2"),)), *[Wait(0.4), SPACE] * 2, END),
        ),
        ({}, (Close(),), (Close(),)),
    ],
)
def test_keep_alive(keys, plan, broken):
    """Signs of life come between the events, or before a document, which has the length of both."""
    assert apply(KeepAlive(**{"every": 0.4, "lasting": 0.8} | keys), plan) == broken


@given(st.floats(0.01, 5), st.floats(0, 50))
def test_keep_alive_lasts(every, lasting):
    """It lasts as long as it is said to, with as many signs as there is time for."""
    plan = apply(KeepAlive(every, lasting), STREAM)
    assert duration_of(plan) == pytest.approx(lasting, abs=1e-6)
    assert plan.count(SIGN) == pytest.approx(lasting / every, abs=1)


@pytest.mark.parametrize(
    ("every", "lasting", "sentence"),
    [(0.0, 1.0, "'every' should be more than 0s"), (0.001, 11.0, "at most 10000 times 'every'")],
)
def test_wrong_keep_alive(every, lasting, sentence):
    """Signs without a pause, or too many for a plan, are refused."""
    with pytest.raises(ValueError, match=sentence):
        KeepAlive(every, lasting)
