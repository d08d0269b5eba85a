"""The report as a value, and its schema."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockserver.verdicts.fault_classes import FAULT_CLASSES
from pytest_cerebras import report
from pytest_cerebras.report.matrix_results import Cell
from pytest_cerebras.report.report import Coverage, schema


def cell(outcome, *kinds):
    return Cell("t", "t", "s", outcome, 0.0, 0, "", kinds=kinds)


def test_coverage():
    """Each cell counts once for a kind; what did not run, or met nothing of its own, never."""
    nothing = [cell(outcome, "slow") for outcome in ("skipped", "not-met", "left-out")]
    found = Coverage.of([cell("failed", "page"), cell("passed", "page"), *nothing])
    assert found.met == {"page": 2}
    assert found.percent == pytest.approx(100 / len(FAULT_CLASSES), abs=0.05)
    assert found.line() == f"fault coverage: met 4.3 %, 1 of {len(FAULT_CLASSES)} kinds of trouble"
    assert set(found.never) == FAULT_CLASSES.keys() - {"page"}


def test_schema_is_as_shipped():
    """The file is what the types say: write ``schema()`` to it when they change."""
    shipped = Path(report.__file__).with_name("report.schema.json")
    assert shipped.read_text("utf-8") == schema()
