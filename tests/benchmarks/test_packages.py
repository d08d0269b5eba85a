"""What is made of the notes on a package: outcomes, findings, tables."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from benchmarks.packages import outcome, run, tables
from benchmarks.packages.apps import APPS, SCENARIOS, App
from benchmarks.packages.findings import Source, finding, sources
from benchmarks.packages.outcome import Noted
from benchmarks.packages.weather import WHOLE
from mockserver.edge.play.clock import StallError
from mockserver.verdicts import NAMES

NOTED = Noted(
    answer="Light rain.",
    error="",
    requests=2,
    cut=False,
    tool=[],
    seconds=0.2,
    virtual=3.5,
    verdicts=["hot-retry", "hot-retry"],
    sentences=["3 retries of #1 came at once"],
    told=[],
    versions={"litellm": "1.0"},
    timeline=[],
)
SOURCE = Source("main.py:completion", "Retries | once.", ("partial-tool-call",), {"litellm": "1.0"})


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "whole answer"),
        ({"cut": True}, "half answer"),
        ({"answer": "  "}, "empty answer"),
        ({"answer": None}, "empty answer"),
        ({"answer": "", "cut": True}, "empty answer"),
        ({"answer": None, "error": "openai.APIError", "cut": True}, "error (openai.APIError)"),
        ({"answer": None, "error": "KeyboardInterrupt"}, "hang"),
        ({"told": [f"{StallError()}: #1"]}, "hang, broken off by the mock"),
        ({"told": ["a request was stopped"]}, "whole answer"),
    ],
)
def test_outcome(changes, expected):
    """An exception goes before what was handed on; who was stopped has hung."""
    assert outcome.outcome(replace(NOTED, **changes)) == expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ([], "no"),
        ([WHOLE], "with whole arguments"),
        ([WHOLE, WHOLE], "with whole arguments, 2 times"),
        ([{**WHOLE, "city": "Köln am"}], "with cut arguments (city: Köln am)"),
        ([WHOLE, {**WHOLE, "city": None}], "with cut arguments (city: None), 2 times"),
    ],
)
def test_tool(asked, expected):
    """One run with a part of the arguments is enough."""
    assert outcome.tool_ran(asked, WHOLE) == expected


def test_finding():
    """A verdict that the source does not bear out contradicts it; one that is missing is unseen."""
    cell = finding(NOTED, SOURCE)
    assert cell["verdicts"] == cell["contradiction"] == ["hot-retry"]
    assert cell["unseen"] == ["partial-tool-call"]
    assert cell["read in"] == "these releases"
    assert tables.agreement(cell) == "**contradiction**: hot-retry; unseen: partial-tool-call"


def test_finding_of_what_was_killed():
    """Of an app that nothing could end, only the source is known; it contradicts nothing."""
    cell = finding(None, SOURCE)
    assert cell["outcome"] == "hang"
    assert tables.agreement(cell) == "agree"


def test_another_release():
    """A source that was read in another release says so."""
    cell = finding(replace(NOTED, versions={"litellm": "2.0"}), SOURCE)
    assert cell["read in"] == {"litellm": "1.0"}


@pytest.fixture
def found():
    cells = {
        "silent-cut": finding(replace(NOTED, error="openai.APIError", verdicts=[]), SOURCE),
        "rate-limit": finding(replace(NOTED, tool=[WHOLE]), SOURCE),
    }
    return {"litellm": {"versions": {"litellm": "1.0"}, "cells": cells}}


def test_document(found):
    """The YAML has all that the page is made of."""
    read = yaml.safe_load(tables.document("2026-11-29", "3.11.7", found))
    assert read == {"date": "2026-11-29", "python": "3.11.7", "packages": found}


def test_page(found):
    """The page has a matrix, and a table for each scenario; where a tool ran it has a column."""
    page = tables.page({"date": "2026-11-29", "python": "3.11.7", "packages": found})
    assert "| litellm | litellm 1.0 | error: `APIError` | whole answer | none |\n" in page
    _, silent, limited = page.split("\n## ")
    assert silent.splitlines()[-1] == (
        "| litellm | error: `APIError` | 2 | 0.2 | 3.5 | none | Retries \\| once. "
        "| unseen: partial-tool-call |"
    )
    assert "tool ran" not in silent
    assert "| hot-retry | with whole arguments |" in limited


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.package)
def test_sources(app):
    """Each app has its source for each scenario, with mistakes that are rules."""
    read = sources(app)
    assert set(read) == set(SCENARIOS)
    assert {mistake for source in read.values() for mistake in source.mistakes} <= set(NAMES)
    assert all(set(source.read) == {app.package, *app.beneath} for source in read.values())


def test_measured_page_is_made_from_the_document():
    """docs/measured has the page that belongs to its YAML."""
    measured = Path(__file__).parents[2] / "docs/measured"
    found = yaml.safe_load((measured / "packages.yaml").read_text("utf-8"))
    assert (measured / "packages.md").read_text("utf-8") == tables.page(found)


def test_a_cell_that_fails_is_no_hang(tmp_path):
    """A package that is not there is an error of the measurement, not an outcome."""
    nobody = App("nobody", "nowhere", "nobody", (), ())
    with pytest.raises(run.CellError, match="nobody, healthy"):
        run.noted(nobody, "healthy", Path(sys.executable), tmp_path / "log")
