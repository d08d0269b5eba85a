"""
The report as one self-contained HTML page, without network access or scripts.

The page is built as a tree, so all names of tests, models and headers are escaped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import resources
from itertools import groupby
from operator import attrgetter
from xml.etree.ElementTree import Element, SubElement, tostring

from mockserver.core.units import counted
from mockserver.plan.timeline import STYLE
from mockserver.verdicts.fault_classes import FAULT_CLASSES

from . import causes, page_explored, page_mutation
from .causes import Cause
from .markup import add, add_name, box
from .matrix_results import Cell
from .page_cell import WORDS, draw, look, words
from .page_cost import draw_cost
from .report import Coverage, Report

_NOTHING = "Nothing, because no test failed and the client made no mistake."


def html(report: Report) -> str:
    """Return the HTML of the page."""
    anchors = {id(cell): f"cell-{number}" for number, cell in enumerate(report.cells, 1)}
    root = Element("html", {"lang": "en"})
    _head(root, report)
    body = SubElement(root, "body")
    header, main = SubElement(body, "header"), Element("main")
    if report.matrix:
        _matrix(_section(main, "Matrix"), report, anchors)
    if report.others:
        _others(_section(main, "Other tests"), report, anchors)
    if report.mutation:
        page_mutation.draw(_section(main, page_mutation.TITLE), report.mutation)
    if report.explored.lines:
        page_explored.draw(_section(main, page_explored.TITLE), report.explored)
    to_fix, found = causes.things(report.symptoms)
    by_id = {cell.id: anchors[id(cell)] for cell in report.cells}
    _causes(_section(main, "Things to fix"), to_fix, found, by_id)
    if better := causes.advice(report.symptoms):
        _causes(_section(main, "Advice"), "", better, by_id)
    _coverage(_section(main, "Fault coverage"), report.coverage)
    if report.spent.tokens:
        draw_cost(_section(main, "Cost"), report)
    _cells(_section(main, "Cells"), report, anchors)
    _summary(header, report, [found.text or "" for found in main.iter("h2")])
    body.append(main)
    return f"<!doctype html>\n{tostring(root, encoding='unicode', method='html')}\n"


def _head(root: Element, report: Report) -> None:
    head = SubElement(root, "head")
    SubElement(head, "meta", {"charset": "utf-8"})
    viewport = {"name": "viewport", "content": "width=device-width, initial-scale=1"}
    SubElement(head, "meta", viewport)
    SubElement(head, "meta", {"name": "color-scheme", "content": "light dark"})
    add(head, "title", f"Cerebras {report.title}")
    css = resources.files(__package__).joinpath("page.css").read_text("utf-8")
    SubElement(head, "style").text = f"{STYLE}\n{css}"


def _summary(header: Element, report: Report, sections: list[str]) -> None:
    add(header, "h1", f"Cerebras {report.title}")
    counts = SubElement(header, "p", {"class": "counts"})
    for outcome, word in WORDS.items():
        count = sum(cell.outcome == outcome for cell in report.cells)
        if count:
            add(counts, "span", f"{count} {word}", {"class": f"is {outcome}"}).tail = " "
    if not report.cells:
        counts.text = "No test used the mock."
    to_fix, _ = causes.things(report.symptoms)
    scenarios = len({cell.scenario for cell in report.cells})
    facts = f"{counted(len(report.cells), 'cell')}, {counted(scenarios, 'scenario')}, {to_fix}"
    add(header, "p", f"{facts}; {report.coverage.line()}.")
    links = SubElement(header, "nav", {"aria-label": "Sections"})
    for title in sections:
        add(links, "a", title, {"href": f"#{_anchor(title)}"}).tail = " "


def _matrix(section: Element, report: Report, anchors: Mapping[int, str]) -> None:
    table = SubElement(box(section, "Matrix"), "table", {"class": "matrix"})
    top = SubElement(SubElement(table, "thead"), "tr")
    add(top, "th", "scenario", {"scope": "col"})
    for test in report.tests:
        add_name(top, "th", test.rpartition("::")[2], {"scope": "col", "title": test})
    body = SubElement(table, "tbody")
    for scenario, cells in report.rows.items():
        row = SubElement(body, "tr")
        add(row, "th", scenario, {"scope": "row"})
        for test in report.tests:
            place = SubElement(row, "td")
            if test in cells:
                _link(place, cells[test], anchors)


def _others(section: Element, report: Report, anchors: Mapping[int, str]) -> None:
    add(section, "p", "These tests choose their own scenarios.")
    table = SubElement(box(section, "Other tests"), "table")
    top = SubElement(SubElement(table, "thead"), "tr")
    for name in ("test", "outcome", "scenario"):
        add(top, "th", name, {"scope": "col"})
    body = SubElement(table, "tbody")
    for cell in report.others:
        row = SubElement(body, "tr")
        add_name(row, "th", cell.test.rpartition("::")[2], {"scope": "row", "title": cell.test})
        _link(SubElement(row, "td"), cell, anchors)
        add(row, "td", cell.scenario)


def _link(place: Element, cell: Cell, anchors: Mapping[int, str]) -> None:
    add(place, "a", words(cell), {"href": f"#{anchors[id(cell)]}", "class": look(cell)})


def _causes(
    section: Element, summary: str, found: Sequence[Cause], anchors: Mapping[str, str]
) -> None:
    """
    Put the causes into a section, below a line that summarizes them.

    ``anchors`` maps the id of each cell to its anchor.
    """
    if not found:
        add(section, "p", _NOTHING)
        return
    if summary:
        add(section, "p", f"{summary}.")
    listed = SubElement(section, "ol", {"class": "causes"})
    for cause in found:
        _cause(SubElement(listed, "li"), cause, anchors)


def _cause(item: Element, cause: Cause, anchors: Mapping[str, str]) -> None:
    add(item, "h3", cause.title)
    add(item, "p", cause.first.sentence)
    if cause.first.note:
        add(item, "p", f"{cause.first.note[:1].upper()}{cause.first.note[1:]}.")
    for fix in cause.told_fixes:
        add(item, "p", f"Fix: {fix}.", {"class": "verdict"})
    if cause.pattern:
        pattern = SubElement(item, "pre")
        for line in cause.pattern:
            add(pattern, "code", line).tail = "\n"
    add(SubElement(item, "p"), "code", cause.first.replay, {"class": "replay"})
    details = SubElement(item, "details")
    add(details, "summary", "Cells")
    cells = SubElement(details, "ul")
    for test in cause.tests:
        link = {"href": f"#{anchors[test]}"}
        add_name(SubElement(cells, "li"), "a", test.rpartition("::")[2], link)


def _coverage(section: Element, coverage: Coverage) -> None:
    value = {"max": "100", "value": str(coverage.percent), "aria-label": "fault coverage"}
    SubElement(section, "progress", value).tail = f" {coverage.percent:g} %"
    if coverage.never:
        add(section, "h3", "Never met")
        _kinds(section, coverage, coverage.never)
    if coverage.met:
        details = SubElement(section, "details")
        add(details, "summary", f"Met: {counted(len(coverage.met), 'kind')} of trouble")
        _kinds(details, coverage, tuple(coverage.met))


def _kinds(parent: Element, coverage: Coverage, names: tuple[str, ...]) -> None:
    listed = SubElement(parent, "ul", {"class": "kinds"})
    for name in names:
        item = SubElement(listed, "li")
        count = coverage.met.get(name)
        more = f" ({counted(count, 'cell')})" if count else ""
        add(item, "code", name).tail = f" {FAULT_CLASSES[name]}{more}"


def _cells(section: Element, report: Report, anchors: Mapping[int, str]) -> None:
    for test, cells in groupby(report.cells, key=attrgetter("test")):
        add_name(section, "h3", test)
        for cell in cells:
            draw(SubElement(section, "details"), cell, anchors[id(cell)])


def _section(main: Element, title: str) -> Element:
    section = SubElement(main, "section", {"aria-labelledby": _anchor(title)})
    add(section, "h2", title, {"id": _anchor(title)})
    return section


def _anchor(title: str) -> str:
    return title.lower().replace(" ", "-")
