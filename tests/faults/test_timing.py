import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.faults import Context, Latency
from mockserver.plan import Data, End, Head, Wait

PLAN = (Head(200), Data(b"a", 1), End())


@pytest.mark.parametrize(
    ("plan", "delayed"),
    [
        (PLAN, (Wait(2.0), *PLAN)),
        ((), (Wait(2.0),)),
        ((Wait(math.inf),), (Wait(2.0), Wait(math.inf))),
    ],
)
def test_latency(plan, delayed):
    """The whole answer is delayed by as much as is said."""
    assert Latency(2.0).apply(plan, Context(Random(1))) == delayed


@given(st.integers(0, 2**32), st.floats(0, 100), st.floats(0, 100))
def test_jitter(seed, delay, jitter):
    """The delay varies by no more than the jitter, is never negative, and follows the seed."""
    fault = Latency(delay, jitter)
    wait, *rest = fault.apply(PLAN, Context(Random(seed)))
    assert max(0.0, delay - jitter) <= wait.seconds <= delay + jitter
    assert tuple(rest) == PLAN
    assert fault.apply(PLAN, Context(Random(seed))) == (wait, *rest)


def test_jitter_is_even():
    """Delays spread evenly to both sides."""
    random = Random(5)
    waits = [Latency(10.0, 4.0).apply((), Context(random))[0].seconds for _ in range(4000)]
    assert sum(waits) / len(waits) == pytest.approx(10, abs=0.15)
    assert min(waits) < 6.2
    assert max(waits) > 13.8
