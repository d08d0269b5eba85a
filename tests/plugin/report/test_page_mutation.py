from pytest_cerebras.mutation.judging import Tried
from pytest_cerebras.report.page import html
from pytest_cerebras.report.report import Report

BLIND = Tried("a.py::test_b", missed=("empty",), blind=True, replay="pytest b")
SEEING = Tried("a.py::test_sees", noticed=("empty",), missed=("half", "another-text"))
LEFT_OUT = Tried("a.py::test_out", left_out="it is skipped")


def test_table():
    """Blind tests first, each with how to see it."""
    page = html(Report.of([], mutation=[SEEING, LEFT_OUT, BLIND]))
    assert "tests that notice a change: 1 of 2 (50 %)." in page
    blind, seeing, out = (page.index(f'title="a.py::test_{name}"') for name in ("b", "sees", "out"))
    assert blind < seeing < out
    assert "blind: it passes although each answer is empty" in page
    assert "pytest b" in page
    assert "1 of 3" in page
    assert "half, another-text" in page
    assert "left out: it is skipped" in page


def test_no_table_without_mutations():
    assert "Mutation" not in html(Report.of([]))
