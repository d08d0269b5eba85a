"""The Markdown of a step's summary."""

from __future__ import annotations

from dataclasses import replace

from mockserver.verdicts import Verdict
from pytest_cerebras.report.matrix_results import Cell, Played
from pytest_cerebras.report.report import Report
from pytest_cerebras.report.step_summary import markdown
from pytest_cerebras.session.symptoms import Symptom

VERDICT = Verdict("hot-retry", "it came back at once", "wait", (2,))
SEEN = Symptom("hot-retry", "a_b.py:1", "certain", "a|b", "it came back at once", "wait", "pytest")
PLAYED = (Played("a|b", (), (VERDICT,)),)
CELL = Cell("t::test[a|b]", "t::test", "a|b", "failed", 0.0, 0, "", PLAYED, (), ("page",))
CELL = replace(CELL, symptoms=(SEEN, replace(SEEN, what="E", how="failed")))
OTHER = Cell("t::other", "t::other", "healthy", "xfailed", 0.0, 0, "")


def test_markdown():
    """Coverage, matrix and what there is to fix are in it; a name can't break the table."""
    said = markdown(Report.of([CELL, OTHER])).splitlines()
    assert "| scenario | test |" in said
    assert "| a\\|b | ❌ failed |" in said
    assert "| other | ☑️ failed as expected | healthy |" in said
    assert "### 2 things to fix, 1 cell" in said
    assert "1. **hot-retry at a\\_b.py:1 (1 cell: a\\|b)**: it came back at once" in said


def test_cells_that_say_nothing():
    """They are counted apart, and have signs of their own."""
    unmet = replace(CELL, outcome="not-met", played=(), scenario="c", id="t::test[c]")
    left = replace(unmet, outcome="left-out", scenario="d", id="t::test[d]")
    said = markdown(Report.of([CELL, unmet, left, left])).splitlines()
    assert (
        "not met: 1 cell under a scenario that did not act; "
        "left out: 2 cells whose scenario can't act on the test."
    ) in said
    assert "| c | ▫️ not met |" in said
    assert "| d | ▫️ left out |" in said
