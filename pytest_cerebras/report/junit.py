"""The report as XML for JUnit, with a test case for each cell."""

from __future__ import annotations

from collections import Counter
from xml.etree import ElementTree as ET

from pytest_cerebras.settings.names import ADVICE, SCENARIO, VERDICT

from .markup import shown
from .matrix_results import Cell
from .outcome import Outcome
from .report import Report

_FAILED: tuple[Outcome, ...] = ("failed", "failed-by-verdict")
_SKIPPED: tuple[Outcome, ...] = ("skipped", "left-out", "xfailed")


def junit(report: Report) -> str:
    """Return the XML."""
    outcomes = Counter(cell.outcome for cell in report.cells)
    suite = ET.Element(
        "testsuite",
        name=f"Cerebras {report.title}",
        tests=str(len(report.cells)),
        failures=str(sum(outcomes[name] for name in _FAILED)),
        skipped=str(sum(outcomes[name] for name in _SKIPPED)),
        time=f"{sum(cell.duration for cell in report.cells):.3f}",
    )
    for cell in report.cells:
        _case(suite, cell)
    ET.indent(suite)
    return ET.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _case(suite: ET.Element, cell: Cell) -> None:
    place, _, name = cell.id.partition("::")
    *classes, name = _parted(name or place)
    module = place.removesuffix(".py").replace("/", ".")
    case = ET.SubElement(
        suite,
        "testcase",
        classname=shown(".".join([module, *classes])),
        name=shown(name),
        time=f"{cell.duration:.3f}",
    )
    properties = ET.SubElement(case, "properties")
    facts = [(SCENARIO, cell.scenario)]
    facts += [(VERDICT, one.rule) for one in cell.verdicts]
    facts += [(ADVICE, one.rule) for one in cell.advice]
    for key, value in facts:
        ET.SubElement(properties, "property", name=key, value=shown(value))
    why = shown(cell.reason or cell.outcome)
    lines = [line for verdict in cell.judged for line in verdict.lines()]
    if cell.outcome in _FAILED:
        failure = ET.SubElement(case, "failure", message=why)
        failure.text = "\n".join(map(shown, [*lines, f"replay: {cell.replay}"]))
    elif cell.outcome in _SKIPPED:
        ET.SubElement(case, "skipped", message=why)


def _parted(name: str) -> list[str]:
    """
    Separate the names of classes and test. Parameters may contain colons as well.

    >>> _parted("TestA::test_b[x::y]")
    ['TestA', 'test_b[x::y]']
    """
    head, bracket, parameters = name.partition("[")
    *classes, test = head.split("::")
    return [*classes, f"{test}{bracket}{parameters}"]
