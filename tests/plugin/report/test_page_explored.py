"""The grid of the search on the page."""

from __future__ import annotations

from mockserver.verdicts.fault_classes import FAULT_CLASSES
from pytest_cerebras.report.page import html
from pytest_cerebras.report.report import Report
from pytest_cerebras.search.explored import Explored, Line

NOTHING = dict.fromkeys(FAULT_CLASSES, "cannot-act")
GRID = Explored(
    (
        Line("app.py:3", {**NOTHING, "stall": "failed", "slow": "passed"}),
        Line("app.py:9", {**NOTHING, "stall": "not-tried"}),
    )
)


def test_grid():
    """A row for each class that can act somewhere, a column for each line."""
    page = html(Report.of([], explored=[GRID]))
    assert '<td class="failed">failed</td><td class="not-tried">not tried</td>' in page
    assert '<td class="passed">passed</td><td class="cannot-act"></td>' in page
    assert "explored: 2 of 3 faults at 2 lines of the app (67 %)" in page
    assert page.count('class="cannot-act"') == 1


def test_no_grid_without_search():
    """A run without the search has no such section."""
    assert "Explored" not in html(Report.of([]))


def test_kept_in_json():
    """The grid is in the JSON, and a report that is read again has it."""
    report = Report.of([], explored=[GRID])
    assert Report.read(report.json().encode()).explored == GRID
