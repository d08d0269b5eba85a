"""The page on the faults: current, complete, and its measurements in words that it explains."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from mockserver.faults import FAULTS
from mockserver.scenario import parse

DOCS = Path(__file__).parent.parent / "docs"
GENERATOR = runpy.run_path(str(DOCS / "faults.py"))
ROWS = GENERATOR["measured"]()
METHOD = GENERATOR["method"]()
PAGE = (DOCS / "faults.md").read_text("utf-8")


def section_of(name):
    """Return what the page says of a fault."""
    return PAGE.partition(f"\n### {name}\n")[2].partition("\n### ")[0].partition("\n## ")[0]


def faults_of(name, keys):
    """Return the faults of a scenario that has one."""
    return parse(GENERATOR["example"](name, keys)).rules[0].faults


def test_current():
    """The page is what the types and the measurements give now."""
    assert GENERATOR["page"]() == PAGE, "python docs/faults.py"


def test_each_fault_has_an_example():
    assert list(GENERATOR["EXAMPLES"]) == list(FAULTS)


@pytest.mark.parametrize("name", FAULTS)
def test_section(name):
    """A fault has its example, its keys, and what the clients do."""
    section = section_of(name)
    keys = GENERATOR["EXAMPLES"][name]
    assert GENERATOR["example"](name, keys) in section
    assert "| cerebras |" in section or "`not measured`" in section
    assert [type(fault) for fault in faults_of(name, keys)] == [FAULTS[name]]
    assert "``" not in section.replace("```", "")


def test_kinds_are_explained():
    for name in ("corrupt", "wrong_shape", "tamper"):
        assert "\n| kind |" in section_of(name)


def test_clients():
    """The table has a column for each client that is named, and says something in each."""
    columns = ("fault", "settings", "request", "measured_as", *METHOD["clients"], "note")
    assert {tuple(row) for row in ROWS} == {columns}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: " ".join(list(row.values())[:4]))
def test_row(row):
    """A row names a fault with keys that it takes, and says what follows in words of the legend."""
    (fault,) = faults_of(row["fault"], f"{{{row['settings']}}}")
    assert isinstance(fault, FAULTS[row["fault"]])
    assert row["request"] in ("plain", "stream")
    for client in METHOD["clients"]:
        outcome = row[client].removesuffix(", finish made up")
        times, _, rest = outcome.partition("x ")
        assert (rest if times in ("2", "3") else outcome) in METHOD["outcomes"]


def test_rows_are_unique():
    """Nothing is said twice of the same fault, settings, request and measurement."""
    names = [tuple(row.values())[:4] for row in ROWS]
    assert len(set(names)) == len(names)
