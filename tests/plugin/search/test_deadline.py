"""The deadline of a run: by the work of the processor, and far later by the time that passes."""

from __future__ import annotations

import threading

from pytest_cerebras.search.deadline import Deadline, TooBusyError, TooLateError


def test_kinds():
    """A busy loop is told from a test that a loaded machine slows down."""
    deadline = Deadline(10.0)
    assert deadline.error_after(9.9, 59.0) is None
    assert isinstance(deadline.error_after(10.1, 11.0), TooBusyError)
    assert isinstance(deadline.error_after(1.0, 61.0), TooLateError)


def test_busy():
    """A run that keeps the processor busy gets the error, and the one who stops it is called."""
    deadline, called = Deadline(0.01), threading.Event()
    deadline.ran_away = called.set
    deadline.begin()
    while not called.is_set():
        pass
    assert isinstance(deadline.error, TooBusyError)
    try:
        deadline.check()
    except TooBusyError:
        deadline.begin()
    assert deadline.error is None
    deadline.end()
    deadline.close()
