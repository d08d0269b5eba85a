"""When a stalled answer counts as overdue."""

from __future__ import annotations

import math

import pytest

from mockserver.edge.play.clock import StallError
from pytest_cerebras.clock.waiters import Stalled


@pytest.fixture
def stall():
    """Return a stall until 10 s, and the lists of the moments it saw and of the errors it got."""
    seen, errors = [], []

    def error(moment):
        seen.append(moment)
        return StallError("the test", 1.0) if moment == "overdue" else None

    return Stalled(error, errors.append, 10.0), seen, errors


@pytest.mark.parametrize(("now", "moment"), [(10.0, "busy"), (10.1, "overdue")])
def test_overdue(stall, now, moment):
    """A stall is overdue after its time, and not at its last moment."""
    stalled, seen, errors = stall
    stalled.look("overdue", now, ())
    assert seen == [moment]
    assert len(errors) == (moment == "overdue")


@pytest.mark.parametrize("moment", ["real", "busy", "still"])
def test_other_moments(stall, moment):
    """Every other moment is passed on as it is, whatever the time."""
    stalled, seen, errors = stall
    stalled.look(moment, 99.0, ())
    assert (seen, errors) == ([moment], [])


def test_deadlines(stall):
    """The latest finite deadline of the first look with any extends the time, later ones do not."""
    stalled, seen, _ = stall
    stalled.look("busy", 0.0, ())
    stalled.look("overdue", 5.0, (20.0, 7.0, math.inf))
    stalled.look("overdue", 19.0, (30.0,))
    stalled.look("overdue", 21.0, (30.0,))
    assert seen == ["busy", "busy", "busy", "overdue"]
