import math
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from mockserver.scenario.schedule import Schedule, Trial, Trials, Window


def fired(schedule, asked=12, elapsed=0.0, seed="1"):
    trials = Trials(schedule, seed)
    found = [trials.take(elapsed) for _ in range(asked)]
    return [trial.number for trial in found if trial.refused is None]


@pytest.mark.parametrize(
    ("schedule", "numbers"),
    [
        (Schedule(), list(range(1, 13))),
        (Schedule(first=3), [1, 2, 3]),
        (Schedule(at=(2, 5, 99)), [2, 5]),
        (Schedule(at=()), []),
        (Schedule(every=1), list(range(1, 13))),
        (Schedule(every=4), [4, 8, 12]),
        (Schedule(after=9), [10, 11, 12]),
        (Schedule(after=2, first=3), [3, 4, 5]),
        (Schedule(after=2, at=(1, 4)), [3, 6]),
        (Schedule(after=2, every=5), [7, 12]),
        (Schedule(probability=0.0), []),
        (Schedule(probability=1.0), list(range(1, 13))),
        (Schedule(first=8, every=3), [3, 6]),
        (Schedule(at=(4, 5), every=2), [4]),
        (Schedule(first=3, window=Window(after=1.0)), []),
        (Schedule(first=3, window=Window(lasting=1.0)), [1, 2, 3]),
        (Schedule(any_of=(Schedule(first=2), Schedule(every=5))), [1, 2, 5, 10]),
        (Schedule(any_of=(Schedule(first=2), Schedule(every=5)), every=2), [2, 10]),
        (Schedule(all_of=(Schedule(every=2), Schedule(every=3))), [6, 12]),
        (Schedule(excluded=Schedule(every=3)), [1, 2, 4, 5, 7, 8, 10, 11]),
        (Schedule(excluded=Schedule(first=4, every=2)), [1, 3, *range(5, 13)]),
        (Schedule(first=6, excluded=Schedule(at=(2, 3))), [1, 4, 5, 6]),
        (Schedule(after=1, any_of=(Schedule(at=(2, 3)), Schedule(at=(1,)))), [2, 3]),
    ],
)
def test_numbers(schedule, numbers):
    """The keys choose requests by their number, and several keys must agree."""
    assert fired(schedule) == numbers


@pytest.mark.parametrize(
    ("schedule", "trial", "said"),
    [
        (Schedule(first=3), Trial(4), "counted as request 4, but the schedule has first: 3"),
        (Schedule(at=(2, 5)), Trial(1), "counted as request 1, but the schedule has at: [2, 5]"),
        (Schedule(every=2), Trial(3), "counted as request 3, but the schedule has every: 2"),
        (Schedule(after=2), Trial(2), "counted as request 2, but the schedule has after: 2"),
        (
            Schedule(probability=0.2),
            Trial(1, draws=(0.51234,)),
            "its probability is 0.2, and 0.512 was drawn",
        ),
        (
            Schedule(window=Window(after=10.0)),
            Trial(1, 2.5),
            "it came at 2.5 s, when the window was closed",
        ),
        (
            Schedule(any_of=(Schedule(at=(2,)), Schedule(at=(3,)))),
            Trial(4),
            "counted as request 4, but no schedule in 'any' fits",
        ),
        (
            Schedule(all_of=(Schedule(first=9), Schedule(every=3))),
            Trial(4),
            "counted as request 4, but the schedule has every: 3",
        ),
        (
            Schedule(excluded=Schedule(first=3)),
            Trial(2),
            "counted as request 2, but 'not' excludes it",
        ),
    ],
)
def test_difference(schedule, trial, said):
    """A schedule that refuses a trial says why."""
    failed = [one for one in schedule.predicates(count()) if not one.holds(trial)]
    assert [one.difference(trial) for one in failed] == [said]
    trial.refused = failed[0]
    assert trial.difference(None) == said


def test_acted():
    """A trial knows how often the rule has acted."""
    trials = Trials(Schedule(every=2), "1")
    assert [trials.take(0.0).acted for _ in range(6)] == [0, 1, 1, 2, 2, 3]


def test_probability():
    """One request in five is one in five, and the same ones each time."""
    schedule = Schedule(probability=0.2)
    hits = fired(schedule, 10_000)
    assert len(hits) / 10_000 == pytest.approx(0.2, abs=0.015)
    assert hits == fired(schedule, 10_000)
    assert hits != fired(schedule, 10_000, seed="2")


def test_probabilities_are_drawn_apart():
    """Two chances of a half, in one schedule, agree one time in four."""
    half = Schedule(probability=0.5)
    both, either = Schedule(all_of=(half, half)), Schedule(any_of=(half, half))
    assert len(fired(both, 10_000)) / 10_000 == pytest.approx(0.25, abs=0.015)
    assert len(fired(either, 10_000)) / 10_000 == pytest.approx(0.75, abs=0.015)


@pytest.mark.parametrize(
    "other", [{"first": 5}, {"every": 7}, {"at": (3,)}, {"after": 9}, {"window": Window(after=1.0)}]
)
def test_chance_is_drawn_always(other):
    """Other keys leave the draws of later requests as they are."""
    one = Trials(Schedule(probability=0.5, **other), "1")
    alone = Trials(Schedule(probability=0.5), "1")
    for _ in range(50):
        assert one.take(0.0).draws == alone.take(0.0).draws


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


@pytest.mark.parametrize(
    ("window", "elapsed", "span"),
    [
        (Window(), 3.0, (0.0, math.inf)),
        (Window(after=10.0, lasting=5.0), 12.0, (10.0, 15.0)),
        (Window(after=10.0, lasting=5.0), 15.0, None),
        (Window(after=10.0, lasting=5.0, repeat=20.0), 14.9, (10.0, 15.0)),
        (Window(after=10.0, lasting=5.0, repeat=20.0), 33.0, (30.0, 35.0)),
    ],
)
def test_span(window, elapsed, span):
    """An open window knows since when and until when."""
    assert window.span(elapsed) == span


@pytest.mark.parametrize(("lasting", "repeat"), [(30.0, 29.9), (30.0, 30.0), (math.inf, 60.0)])
def test_window_never_closes(lasting, repeat):
    """A window that would open again before it closes is refused."""
    with pytest.raises(ValueError, match="'repeat' should be longer than 'for'"):
        Window(lasting=lasting, repeat=repeat)


def test_yaml_keys():
    """In YAML the length of a window is ``for``, compositions have plain names."""
    adapter = TypeAdapter(Schedule)
    read = adapter.validate_python({"window": {"after": "10s", "for": "500ms", "repeat": "1m"}})
    assert read.window == Window(10.0, 0.5, 60.0)
    keys = {"any": [{"first": 1}, {"not": {"all": [{"every": 2}, {"every": 3}]}}], "after": 4}
    assert adapter.validate_python(keys) == Schedule(
        after=4,
        any_of=(
            Schedule(first=1),
            Schedule(excluded=Schedule(all_of=(Schedule(every=2), Schedule(every=3)))),
        ),
    )


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
        {"after": -1},
        {"any": {"first": 1}},
        {"any": []},
        {"all": []},
        {"not": {}},
        {"not": {"first": 0}},
    ],
)
def test_refused(keys):
    """Numbers out of range, durations without a unit and empty exclusions are refused."""
    with pytest.raises(ValidationError):
        TypeAdapter(Schedule).validate_python(keys)


@pytest.mark.parametrize(
    ("elapsed", "once", "again"),
    [
        (0.0, 0.0, 0.0),
        (9.9, 0.0, 0.0),
        (10.0, 10.0, 10.0),
        (39.9, 10.0, 10.0),
        (40.0, 40.0, 40.0),
        (109.0, 40.0, 40.0),
        (110.0, 40.0, 110.0),
        (145.0, 40.0, 140.0),
    ],
)
def test_changed(elapsed, once, again):
    """It is known when a window last opened or closed, the one that repeats too."""
    assert Window(10.0, 30.0).changed(elapsed) == once
    assert Window(10.0, 30.0, repeat=100.0).changed(elapsed) == again
