from types import SimpleNamespace

import pytest

from pytest_cerebras.chaos.deadline import (
    Deadline,
    RunsUnderDeadline,
    TooBusyError,
    TooLateError,
    mock_of,
)


@pytest.mark.parametrize(
    ("busy", "passed", "error"),
    [
        (1.9, 11.9, None),
        (2.1, 2.1, TooBusyError),
        (0.1, 12.1, TooLateError),
        (2.1, 12.1, TooBusyError),
    ],
)
def test_errors(busy, passed, error):
    """Time of the processor counts; a loaded machine gets six times as much real time."""
    assert type(Deadline(2.0).error_after(busy, passed)) is (error or type(None))


@pytest.mark.parametrize(
    ("until", "error"), [(None, type(None)), (7.0, TooLateError), (7.1, type(None))]
)
def test_time_of_all_runs(until, error):
    """The clock may end a run, however short it is; that is no sign of a busy app."""
    deadline = Deadline()
    deadline.until = until
    assert type(deadline.error_at(7.0)) is error


def test_busy_loop_is_ended():
    """Whoever checks gets the error, and whoever waits for it is told."""
    deadline = Deadline(0.01)
    told = []
    deadline.ran_away = lambda: told.append(1)
    deadline.begin()
    while deadline.error is None:
        pass
    with pytest.raises(TooBusyError, match=r"more processor time than 0\.01 s"):
        deadline.check()
    deadline.end()
    deadline.close()
    assert told == [1]


def test_each_run_begins_anew():
    deadline = Deadline(1e9)
    deadline.error = TooBusyError("the last run")
    deadline.begin()
    deadline.check()
    deadline.close()


@pytest.mark.parametrize(("slow", "allowed"), [(0.1, 10.0), (3.0, 60.0)])
def test_allowed(slow, allowed):
    """A run may take many times the one in which all was well, and never less than some seconds."""
    deadline = Deadline()
    deadline.allow(slow)
    assert deadline.seconds == allowed


KEY = pytest.StashKey[int]()


def ran(*, is_ours, funcargs):
    """Return the deadline's state during the call of an item, and the item's mock."""
    runs = RunsUnderDeadline(KEY)
    item = SimpleNamespace(stash=pytest.Stash(), funcargs=funcargs)
    if is_ours:
        item.stash[KEY] = 1
    call = runs.pytest_runtest_call(item)
    next(call)
    begun = runs.deadline._begun
    with pytest.raises(StopIteration):
        call.send(None)
    assert runs.deadline._begun is None
    runs.deadline.close()
    return begun is not None, mock_of(item)


def test_run_of_a_twin():
    """The deadline is on a run while it goes on, and the mock knows it as a reason to stop."""
    began, mock = ran(is_ours=True, funcargs={"cerebras_mock": SimpleNamespace()})
    assert began
    assert mock.deadline is not None


@pytest.mark.parametrize(
    ("is_ours", "funcargs"),
    [(False, {"cerebras_mock": SimpleNamespace()}), (True, {}), (True, None)],
    ids=["another test", "no mock", "no fixtures"],
)
def test_other_runs(is_ours, funcargs):
    """Other tests, and those without a mock, have no deadline."""
    began, mock = ran(is_ours=is_ours, funcargs=funcargs)
    assert not began
    assert not hasattr(mock, "deadline")
