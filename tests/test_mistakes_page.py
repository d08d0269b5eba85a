"""The page on set-up mistakes: current and complete."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from mockserver.doctor.packages import FAULTS
from mockserver.doctor.rules import RULES
from mockserver.verdicts.mistakes import MISTAKES

DOCS = Path(__file__).parent.parent / "docs"
GENERATOR = runpy.run_path(str(DOCS / "mistakes.py"))
PAGE = (DOCS / "mistakes.md").read_text("utf-8")


def test_current():
    """The page is what the tables give now."""
    assert GENERATOR["page"]() == PAGE, "python docs/mistakes.py"


@pytest.mark.parametrize("row", [*MISTAKES, *RULES.values()], ids=lambda row: row.name)
def test_row(row):
    """Each has one row of five cells, with a link to its source."""
    (line,) = [one for one in PAGE.splitlines() if one.startswith(f"| `{row.name}` |")]
    assert line.replace(r"\|", "").count("|") == 6
    assert line.endswith(f"]({row.source}) |")


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_fault(fault):
    """Each has one row of six cells, which names its releases."""
    (line,) = [one for one in PAGE.splitlines() if one.startswith(f"| `{fault.name}` |")]
    assert line.replace(r"\|", "").count("|") == 7
    assert all(f"`{name}{span}`" in line for name, span in fault.versions.items())
    assert line.endswith(f"]({fault.source}) |")


def test_words():
    """No field of the code is left in a sentence."""
    assert "{it." not in PAGE
    assert "!r}" not in PAGE
