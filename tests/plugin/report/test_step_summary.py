"""The Markdown of a step's summary."""

from __future__ import annotations

from pytest_cerebras.report.cells import Cell, Judged, Played
from pytest_cerebras.report.report import Report
from pytest_cerebras.report.step_summary import markdown

VERDICT = Judged("hot-retry", "it came back at once", "wait", (2,))
PLAYED = (Played("a|b", (), (VERDICT,)),)
CELL = Cell("t::test[a|b]", "t::test", "a|b", "failed", 0.0, 0, "", PLAYED, (), ("page",))
OTHER = Cell("t::other", "t::other", "healthy", "xfailed", 0.0, 0, "")


def test_markdown():
    """Coverage, matrix and verdicts are in it; a name can't break the table."""
    said = markdown(Report.of([CELL, OTHER])).splitlines()
    assert "| scenario | test |" in said
    assert "| a\\|b | ❌ failed |" in said
    assert "| other | ☑️ failed as expected | healthy |" in said
    assert "- **hot-retry** (test under a\\|b): it came back at once" in said
