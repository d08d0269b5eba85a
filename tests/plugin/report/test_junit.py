"""The report as XML for JUnit."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from mockserver.verdicts import Verdict
from pytest_cerebras.report.junit import junit
from pytest_cerebras.report.matrix_results import Cell, Played
from pytest_cerebras.report.report import Report

VERDICT = Verdict("hot-retry", "too\x07 soon", "wait")


def cell(name, outcome, reason="", verdicts=()):
    played = (Played("busy", (), tuple(verdicts)),)
    return Cell(name, "t", "busy", outcome, 0.25, 0, "pytest t", played, reason=reason)


def test_cases():
    """Each cell is a case by the name that pytest would give it; only failures fail."""
    cells = [
        cell("a/test_it.py::TestA::test_b[x::y]", "failed", "Boom: <no>", [VERDICT]),
        cell("test_it.py::test_c[busy]", "failed-by-verdict", verdicts=[VERDICT]),
        cell("test_it.py::test_c[gone]", "left-out", "left out"),
        cell("test_it.py::test_d", "passed"),
        cell("test_it.py::test_e", "not-met", "did not act"),
    ]
    suite = ET.fromstring(junit(Report.of(cells)))  # noqa: S314 (our own)
    counts = [suite.get(name) for name in ("name", "tests", "failures", "skipped", "time")]
    assert counts == ["Cerebras chaos report", "5", "2", "1", "1.250"]
    assert [(one.get("classname"), one.get("name")) for one in suite] == [
        ("a.test_it.TestA", "test_b[x::y]"),
        ("test_it", "test_c[busy]"),
        ("test_it", "test_c[gone]"),
        ("test_it", "test_d"),
        ("test_it", "test_e"),
    ]
    told = [
        [(child.tag, child.get("message")) for child in one if child.tag != "properties"]
        for one in suite
    ]
    assert told == [
        [("failure", "Boom: <no>")],
        [("failure", "failed-by-verdict")],
        [("skipped", "left out")],
        [],
        [],
    ]
    assert suite[1].findtext("failure").splitlines()[0] == "hot-retry: too\ufffd soon"
    assert {one.get("name"): one.get("value") for one in suite[1].iter("property")} == {
        "cerebras_scenario": "busy",
        "cerebras_verdict": "hot-retry",
    }
