import pytest

from pytest_cerebras.chaos.deadline import Deadline, TooBusyError, TooLateError


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
