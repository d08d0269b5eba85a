"""The section of the page on costs, for each test and for each scenario."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.etree.ElementTree import Element, SubElement

from mockserver.core.units import counted, dollars

from .markup import add, add_name, box
from .matrix_results import Cell
from .report import Report
from .spent import Spent

_MOST = 60  # rows of a table
_COLUMNS = ("cost", "for nothing", "cells")


def draw_cost(section: Element, report: Report) -> None:
    """Put the costs of the requests into a section, the most expensive test and scenario first."""
    add(section, "p", f"At the prices of the edition, the requests would cost {_told(report)}.")
    by_test: dict[str, list[Cell]] = {}
    by_scenario: dict[str, list[Cell]] = {}
    for cell in report.cells:
        by_test.setdefault(cell.test, []).append(cell)
        by_scenario.setdefault(cell.scenario, []).append(cell)
    _table(section, "test", by_test)
    _table(section, "scenario", by_scenario)


def _told(report: Report) -> str:
    spent = report.spent
    return spent.line() if spent.cost is not None else f"an unknown amount: {spent.unknown}"


def _table(section: Element, what: str, groups: Mapping[str, Iterable[Cell]]) -> None:
    """Write a row for each group of cells that has a cost."""
    sums = {name: Spent.total(cell.spent for cell in cells) for name, cells in groups.items()}
    billed = {name: spent for name, spent in sums.items() if spent.tokens}
    ordered = sorted(billed, key=lambda name: -_known(billed[name].cost))
    title = f"Cost of each {what}"
    table = SubElement(box(section, title), "table")
    top = SubElement(SubElement(table, "thead"), "tr")
    for name in (what, *_COLUMNS):
        add(top, "th", name, {"scope": "col"})
    body = SubElement(table, "tbody")
    for name in ordered[:_MOST]:
        row = SubElement(body, "tr")
        add_name(row, "th", name.rpartition("::")[2], {"scope": "row", "title": name})
        for amount in (billed[name].cost, billed[name].wasted):
            add(row, "td", "unknown" if amount is None else dollars(amount))
        add(row, "td", str(len(list(groups[name]))))
    if len(ordered) > _MOST:
        add(section, "p", f"{counted(len(ordered) - _MOST, f'other {what}')} left out.")


def _known(cost: float | None) -> float:
    """Return the sort key of a cost. An unknown cost sorts as the highest."""
    return float("inf") if cost is None else cost
