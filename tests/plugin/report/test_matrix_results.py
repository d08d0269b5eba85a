"""Cells: what they keep of the exchanges of a test."""

from __future__ import annotations

import math

import pytest

from pytest_cerebras.clock import Sleep
from pytest_cerebras.report.matrix_results import Drawn, Seen, Slept, _without, spans


def seen(at, *drawn):
    return Seen(1, "", at, 1, 1, None, None, 200, 0, 0, "", (), (), drawn)


def test_pause_between_attempts():
    """What the client waits between two attempts is a span of its own; null has no end."""
    first = seen(0.0, Drawn(0.0, 1.0, "wait", "wait"), Drawn(1.0, 1.0, "error", "head 429"))
    last = seen(3.0, Drawn(3.0, None, "stall", "stall"))
    found = [(span.kind, span.start, span.end) for span in spans([first, last])]
    assert found == [
        ("wait", 0.0, 1.0),
        ("error", 1.0, 1.0),
        ("pause", 1.0, 3.0),
        ("stall", 3.0, math.inf),
    ]


@pytest.mark.parametrize(
    ("test", "name"),
    [
        ("t.py::test[healthy]", "t.py::test"),
        ("t.py::test[a-healthy-b]", "t.py::test[a-b]"),
        ("t.py::test[healthy-healthy]", "t.py::test[healthy]"),
        ("t.py::test", "t.py::test"),
    ],
)
def test_without_scenario(test, name):
    """The name of the test is that of its row, whatever else it is parametrised with."""
    assert _without(test, "healthy") == name


def test_sleep_without_end():
    """JSON has no infinity, so such a sleep has no seconds."""
    assert Slept.of(Sleep(math.inf, 1.0, "asyncio.sleep", "t")).seconds is None
    assert Slept.of(Sleep(2.0, 1.0, "asyncio.sleep", "t")).seconds == 2.0
