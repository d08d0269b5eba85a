"""Every kind of measurement, on very little."""

from __future__ import annotations

import pytest

from benchmarks.figures import QUICK, Setting
from benchmarks.kinds import KINDS

NAMED = {kind.name: kind for kind in KINDS}
TINY = Setting(QUICK)
DIFFERENCES = ("client", "further test", "empty run")


@pytest.mark.parametrize("kind", NAMED)
def test_ours_is_measured(kind):
    """Each kind finds a figure for every metric that it has, and no wrong answer."""
    found = NAMED[kind].measure("ours", TINY)
    assert found.errors == 0
    assert found.values
    assert set(found.values) <= set(NAMED[kind].units)
    # differences may be lost in the noise
    values = [value for name, value in found.values.items() if not name.startswith(DIFFERENCES)]
    assert all(value > 0 for value in values)


@pytest.mark.parametrize(
    ("kind", "name"),
    [("plain", "aiohttp"), ("stream", "aiohttp"), ("paced", "aiohttp-low")],
)
def test_others_are_measured(kind, name):
    """The servers that run in our own Python answer as ours does."""
    found = NAMED[kind].measure(name, TINY)
    assert found.errors == 0
    assert set(found.values) <= set(NAMED[kind].units)
