"""The costs on the page: of each test, of each scenario, and of each request."""

from __future__ import annotations

import re
from dataclasses import replace

from pytest_cerebras.report.matrix_results import Cell, Played
from pytest_cerebras.report.page import html
from pytest_cerebras.report.report import Report
from pytest_cerebras.report.spent import Spent
from pytest_cerebras.report.step_summary import markdown

CELL = Cell("", "", "", "passed", 1.0, 0, "")


def cell(test, scenario, spent):
    played = Played(scenario, (), (), spent=spent)
    name = f"t::{test}[{scenario}]"
    return replace(CELL, id=name, test=f"t::{test}", scenario=scenario, played=(played,))


def cost_of(*cells):
    """Return the text of the section on the cost, each row on a line."""
    page = html(Report.of(cells))
    _, _, section = page.partition('id="cost"')
    rows = section.partition("</section>")[0].replace("</tr>", "\n").replace("</p>", "\n")
    text = re.sub(r"<wbr>", "", rows)
    return [re.sub(r"(<[^>]*>\s*)+", " ", line).strip() for line in text.splitlines()]


def test_tables():
    """Per test and per scenario, the dearest first, with what was for nothing."""
    found = cost_of(
        cell("cheap", "healthy", Spent(0.01, 0, 5)),
        cell("dear", "healthy", Spent(0.02, 0, 5)),
        cell("dear", "stream-cut", Spent(0.04, 0.01, 5, 1)),
        cell("free", "wrong-key", Spent()),
    )
    assert "the requests would cost $0.07, $0.01 of it for nothing." in found[0]
    rows = [line for line in found if line.startswith(("cheap", "dear", "healthy", "stream"))]
    assert rows == [
        "dear $0.06 $0.01 2",
        "cheap $0.01 $0.00 1",
        "stream-cut $0.04 $0.01 1",
        "healthy $0.03 $0.00 2",
    ]
    assert not any("free" in line for line in found)


def test_unknown():
    """What is not known is said to be, and comes first."""
    unknown = Spent(None, None, 5, 0, "no price for ours-7b")
    found = cost_of(cell("a", "x", Spent(0.01, 0, 5)), cell("b", "x", unknown))
    assert "an unknown amount: no price for ours-7b." in found[0]
    assert "b unknown unknown 1" in found
    assert found.index("b unknown unknown 1") < found.index("a $0.01 $0.00 1")


def test_many():
    """A long table says how much it leaves out."""
    cells = [cell(f"test{at}", "x", Spent(0.01, 0, 5)) for at in range(63)]
    assert any("3 other tests left out." in line for line in cost_of(*cells))


def test_nothing_billed():
    """A run that was billed for nothing has no such section, nor a line in the step summary."""
    report = Report.of([cell("free", "wrong-key", Spent())])
    assert 'id="cost"' not in html(report)
    assert "cost" not in markdown(report)


def test_step_summary():
    """The step summary has the sum."""
    report = Report.of([cell("dear", "x", Spent(0.02, 0.01, 5, 1))])
    assert "The requests would cost: $0.02, $0.01 of it for nothing." in markdown(report)
