"""Windows in which the port is out of order."""

from __future__ import annotations

import math

import pytest

from mockserver.core.errors import DocumentError
from mockserver.scenario import Port, Window, parse

ONCE = Window(after=10, lasting=5)
AGAIN = Window(after=1, lasting=2, repeat=10)


@pytest.mark.parametrize(
    ("port", "elapsed", "state", "until_change"),
    [
        (Port(), 0, "open", math.inf),
        (Port(refuses=Window()), 0, "refuses", math.inf),
        (Port(refuses=ONCE), 0, "open", 10),
        (Port(refuses=ONCE), 10, "refuses", 5),
        (Port(refuses=ONCE), 12, "refuses", 3),
        (Port(refuses=ONCE), 15, "open", math.inf),
        (Port(ignores=AGAIN), 0, "open", 1),
        (Port(ignores=AGAIN), 1, "ignores", 2),
        (Port(ignores=AGAIN), 4, "open", 7),
        (Port(ignores=AGAIN), 21.5, "ignores", 1.5),
        (Port(breaks_tls=ONCE), 11, "breaks_tls", 4),
        (Port(refuses=ONCE, ignores=AGAIN), 2, "ignores", 1),
        (Port(refuses=ONCE, ignores=AGAIN), 9, "open", 1),
        (Port(refuses=ONCE, ignores=AGAIN), 12, "refuses", 1),
        (Port(refuses=ONCE, ignores=AGAIN), 20, "open", 1),
    ],
)
def test_windows(port, elapsed, state, until_change):
    """A port is open but in its windows, of which the first that is open counts."""
    assert (port.state(elapsed), port.until_change(elapsed)) == (state, until_change)


def test_yaml():
    """Its windows are those of schedules."""
    text = "name: x\nport: {refuses: {after: 10s, for: 5s}, ignores: {repeat: 9s, for: 1s}}"
    port = parse(text).port
    assert port == Port(refuses=ONCE, ignores=Window(lasting=1, repeat=9))
    with pytest.raises(DocumentError, match=r"port: unknown key 'refuse'; did you mean 'refuses'"):
        parse("name: x\nport: {refuse: {}}")


def test_given_windows():
    """Its windows are those that are given."""
    assert Port().windows == ()
    assert Port(refuses=Window(1.0), breaks_tls=Window(2.0)).windows == (Window(1.0), Window(2.0))
