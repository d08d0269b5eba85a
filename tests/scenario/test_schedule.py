import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from mockserver.scenario.schedule import Schedule, Window


def fired(schedule, count=12, elapsed=0.0):
    random = Random(1)
    return [at for at in range(1, count + 1) if schedule.fires(at, elapsed=elapsed, random=random)]


@pytest.mark.parametrize(
    ("schedule", "counts"),
    [
        (Schedule(), list(range(1, 13))),
        (Schedule(first=3), [1, 2, 3]),
        (Schedule(at=(2, 5, 99)), [2, 5]),
        (Schedule(at=()), []),
        (Schedule(every=1), list(range(1, 13))),
        (Schedule(every=4), [4, 8, 12]),
        (Schedule(probability=0.0), []),
        (Schedule(probability=1.0), list(range(1, 13))),
        (Schedule(first=8, every=3), [3, 6]),
        (Schedule(at=(4, 5), every=2), [4]),
        (Schedule(first=3, window=Window(after=1.0)), []),
        (Schedule(first=3, window=Window(lasting=1.0)), [1, 2, 3]),
    ],
)
def test_counts(schedule, counts):
    """The keys choose requests by their number, and several keys must agree."""
    assert fired(schedule) == counts


def test_probability():
    """One request in five is one in five, and the same ones each time."""
    schedule = Schedule(probability=0.2)
    hits = fired(schedule, 10_000)
    assert len(hits) / 10_000 == pytest.approx(0.2, abs=0.015)
    assert hits == fired(schedule, 10_000)
    random = Random(2)
    assert hits != [n for n in range(1, 10_001) if schedule.fires(n, elapsed=0.0, random=random)]


@pytest.mark.parametrize(
    "other", [{"first": 5}, {"every": 7}, {"at": (3,)}, {"window": Window(after=1.0)}]
)
def test_chance_is_drawn_always(other):
    """Other keys leave the draws of later requests as they are."""
    random, alone = Random(1), Random(1)
    for count in range(1, 50):
        Schedule(probability=0.5, **other).fires(count, elapsed=0.0, random=random)
        Schedule(probability=0.5).fires(count, elapsed=0.0, random=alone)
    assert random.getstate() == alone.getstate()


@pytest.mark.parametrize(
    ("window", "opened", "closed"),
    [
        (Window(), [0, 1e9], []),
        (Window(after=10.0), [10, 1e9], [0, 9.999]),
        (Window(lasting=30.0), [0, 29.999], [30, 1e9]),
        (Window(after=10.0, lasting=30.0), [10, 39.9], [0, 9.9, 40, 100]),
        (
            Window(after=10.0, lasting=30.0, repeat=60.0),
            [10, 39.9, 70, 99.9, 610],
            [0, 9.9, 40, 69.9, 100, 669],
        ),
        (Window(lasting=0.0, repeat=1.0), [], [0, 0.5, 1, 7]),
    ],
)
def test_window(window, opened, closed):
    """A window is open from its start, for its length, and again at each repetition."""
    assert [window.open(elapsed) for elapsed in opened] == [True] * len(opened)
    assert [window.open(elapsed) for elapsed in closed] == [False] * len(closed)


@given(st.integers(0, 50), st.integers(0, 10), st.integers(11, 60), st.integers(0, 1000))
def test_repetition(after, lasting, period, elapsed):
    """Second by second, a repeated window is open where counting on fingers says so."""
    window = Window(after=float(after), lasting=float(lasting), repeat=float(period))
    starts = range(after, elapsed + 1, period)
    assert window.open(elapsed) == any(start <= elapsed < start + lasting for start in starts)


@pytest.mark.parametrize(("lasting", "repeat"), [(30.0, 29.9), (30.0, 30.0), (math.inf, 60.0)])
def test_window_never_closes(lasting, repeat):
    """A window that would open again before it closes is refused."""
    with pytest.raises(ValueError, match="'repeat' should be longer than 'for'"):
        Window(lasting=lasting, repeat=repeat)


def test_yaml_keys():
    """In YAML the length of a window is ``for``, and all durations have units."""
    adapter = TypeAdapter(Schedule)
    read = adapter.validate_python({"window": {"after": "10s", "for": "500ms", "repeat": "1m"}})
    assert read.window == Window(10.0, 0.5, 60.0)


@pytest.mark.parametrize(
    "keys",
    [
        {"first": 0},
        {"every": 0},
        {"at": [0]},
        {"at": 3},
        {"probability": 1.5},
        {"probability": -0.1},
        {"window": {"after": 10}},
        {"window": {"for": 10}},
    ],
)
def test_refused(keys):
    """Numbers out of range and durations without a unit are refused."""
    with pytest.raises(ValidationError):
        TypeAdapter(Schedule).validate_python(keys)
