"""How many cells of four ordinary tests meet anything."""

from __future__ import annotations

from benchmarks.acting import HOW, measured, share_of


def test_share():
    """What says nothing is not counted as acting, what was left out not as run."""
    found = share_of(["passed", "passed", "failed", "not-met", "left-out", "xfailed"])
    assert found.line() == ("4 of 5 cells act (80 %), 2 of them pass; 1 not met, 1 left out")


def test_relevant():
    """Of the cells that can act on these tests, at least four in five do."""
    found = measured(HOW["relevant"])
    assert found.acted >= 0.8 * found.ran
    assert found.ran > 100
    assert found.left_out > 0
