"""
The report as one page of HTML that needs nothing else, neither network nor scripts.

The page is a tree, so that whatever a test, a model or a header is called is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import resources
from itertools import groupby
from operator import attrgetter
from types import MappingProxyType
from xml.etree.ElementTree import Element, SubElement, tostring

from mockserver.kinds import KINDS
from mockserver.timeline import STYLE, Lane, drawing

from .cells import Cell, Judged, Outcome, Played, Seen, spans
from .chaos import Coverage, Report
from .step_summary import columns, rows

WORDS: Mapping[Outcome, str] = {
    "passed": "passed",
    "raised-as-expected": "raised as expected",
    "failed": "failed",
    "failed-by-verdict": "failed by verdict",
    "skipped": "skipped",
}
_MOST_LANES = 40
_NONE: Mapping[str, str] = MappingProxyType({})


def html(report: Report) -> str:
    """Return the page."""
    anchors = {id(cell): f"cell-{number}" for number, cell in enumerate(report.cells, 1)}
    root = Element("html", {"lang": "en"})
    _head(root)
    body = SubElement(root, "body")
    _summary(SubElement(body, "header"), report)
    main = SubElement(body, "main")
    _matrix(_section(main, "matrix", "Matrix"), report, anchors)
    _coverage(_section(main, "coverage", "Fault coverage"), report.coverage)
    _verdicts(_section(main, "verdicts", "Verdicts"), report, anchors)
    _cells(_section(main, "cells", "Cells"), report, anchors)
    return f"<!doctype html>\n{tostring(root, encoding='unicode', method='html')}\n"


def _head(root: Element) -> None:
    head = SubElement(root, "head")
    SubElement(head, "meta", {"charset": "utf-8"})
    viewport = {"name": "viewport", "content": "width=device-width, initial-scale=1"}
    SubElement(head, "meta", viewport)
    SubElement(head, "meta", {"name": "color-scheme", "content": "light dark"})
    _add(head, "title", "Cerebras chaos report")
    css = resources.files(__package__).joinpath("page.css").read_text("utf-8")
    _add(head, "style", f"{STYLE}\n{css}")


def _summary(header: Element, report: Report) -> None:
    _add(header, "h1", "Cerebras chaos report")
    counts = {
        word: sum(cell.outcome == outcome for cell in report.cells)
        for outcome, word in WORDS.items()
    }
    told = [f"{count} {word}" for word, count in counts.items() if count]
    tests, scenarios = len(columns(report)), len(rows(report))
    _add(
        header,
        "p",
        f"{len(report.cells)} cells of {tests} tests and {scenarios} scenarios: "
        f"{', '.join(told) or 'no test used the mock'}. "
        f"{sum(len(list(cell.verdicts)) for cell in report.cells)} verdicts, "
        f"{report.coverage.line()} .".replace(" .", "."),
    )
    links = SubElement(header, "nav", {"aria-label": "Sections"})
    for name in ("matrix", "coverage", "verdicts", "cells"):
        _add(links, "a", name.capitalize(), {"href": f"#{name}"}).tail = " "


def _coverage(section: Element, coverage: Coverage) -> None:
    value = {"max": "100", "value": str(coverage.percent), "aria-label": "fault coverage"}
    SubElement(section, "progress", value).tail = f" {coverage.percent:g} %"
    for title, names in (("Never met", coverage.never), ("Met", tuple(coverage.met))):
        if not names:
            continue
        _add(section, "h3", title)
        listed = SubElement(section, "ul", {"class": "kinds"})
        for name in names:
            item = SubElement(listed, "li")
            count = coverage.met.get(name)
            _add(item, "code", name).tail = f" {KINDS[name].what}" + (
                f" ({count} cell{'' if count == 1 else 's'})" if count else ""
            )


def _matrix(section: Element, report: Report, anchors: Mapping[int, str]) -> None:
    box = {"class": "box", "tabindex": "0", "role": "region", "aria-label": "Matrix"}
    table = SubElement(SubElement(section, "div", box), "table")
    top = SubElement(SubElement(table, "thead"), "tr")
    _add(top, "th", "scenario", {"scope": "col"})
    tests = columns(report)
    for test in tests:
        _add(top, "th", test.rpartition("::")[2], {"scope": "col", "title": test})
    body = SubElement(table, "tbody")
    for scenario, cells in rows(report).items():
        row = SubElement(body, "tr")
        _add(row, "th", scenario, {"scope": "row"})
        for test in tests:
            place = SubElement(row, "td")
            if test in cells:
                cell = cells[test]
                link = {"href": f"#{anchors[id(cell)]}", "class": f"is {cell.outcome}"}
                guilty = len(list(cell.verdicts))
                more = f", {guilty} verdict{'' if guilty == 1 else 's'}" if guilty else ""
                _add(place, "a", f"{WORDS[cell.outcome]}{more}", link)


def _verdicts(section: Element, report: Report, anchors: Mapping[int, str]) -> None:
    found: dict[str, list[tuple[Cell, Judged]]] = {}
    for cell in report.cells:
        for verdict in cell.verdicts:
            found.setdefault(verdict.rule, []).append((cell, verdict))
    if not found:
        _add(section, "p", "None: the client did nothing wrong.")
    for rule, said in found.items():
        _add(section, "h3", f"{rule} ({len(said)})")
        _add(section, "p", f"Fix: {said[0][1].fix}")
        listed = SubElement(section, "ul")
        for cell, verdict in said:
            item = SubElement(listed, "li")
            where = f"{cell.test.rpartition('::')[2]} under {cell.scenario}"
            _add(item, "a", where, {"href": f"#{anchors[id(cell)]}"}).tail = _shown(
                f": {verdict.sentence}"
            )


def _cells(section: Element, report: Report, anchors: Mapping[int, str]) -> None:
    by_test = sorted(report.cells, key=lambda cell: columns(report).index(cell.test))
    for test, cells in groupby(by_test, key=attrgetter("test")):
        _add(section, "h3", test)
        for cell in cells:
            _cell(SubElement(section, "details"), cell, anchors[id(cell)])


def _cell(details: Element, cell: Cell, anchor: str) -> None:
    summary = SubElement(details, "summary")
    _add(summary, "span", cell.scenario).tail = " "
    _add(summary, "span", WORDS[cell.outcome], {"class": f"is {cell.outcome}"})
    facts = SubElement(details, "dl", {"id": anchor})  # browsers open what a link leads into
    told = {
        "Took": f"{cell.duration:.2f} s",
        "Seed": "" if cell.seed is None else str(cell.seed),
        "Met": ", ".join(cell.kinds) or "no trouble",
        "App slept": ", ".join(f"{sleep.seconds:g} s" for sleep in cell.sleeps),
    }
    for name, value in told.items():
        if value:
            _add(facts, "dt", name)
            _add(facts, "dd", value)
    _add(facts, "dt", "Replay")
    _add(SubElement(facts, "dd"), "code", cell.replay)
    for played in cell.played:
        _played(details, played)


def _played(details: Element, played: Played) -> None:
    for verdict in played.verdicts:
        said = SubElement(details, "p", {"class": "verdict"})
        _add(said, "strong", verdict.rule).tail = _shown(
            f": {verdict.sentence}. Fix: {verdict.fix}."
        )
    if not played.exchanges:
        _add(details, "p", f"No request reached the mock under {played.scenario}.")
        return
    title = _shown(f"Requests under {played.scenario}")
    box = {"class": "box", "tabindex": "0", "role": "region", "aria-label": title}
    picture = drawing(_lanes(played.exchanges), title=title)
    picture.set("role", "img")
    picture.set("aria-label", title)
    SubElement(details, "div", box).append(picture)
    if played.earlier:
        _add(details, "p", f"{played.earlier} earlier requests are left out.")
    listed = SubElement(details, "ul", {"class": "log"})
    for seen in played.exchanges:
        faults = f" (faults: {', '.join(seen.faults)})" if seen.faults else ""
        waited = "" if seen.waited is None else f", {seen.waited:.2f} s after attempt before"
        _add(listed, "li", f"{seen.at:.2f} s{waited}: {seen.line}{faults}")


def _lanes(exchanges: Iterable[Seen]) -> list[Lane]:
    """Return a lane for each call, the first ones when there are many."""
    calls: dict[int, list[Seen]] = {}
    for seen in exchanges:
        calls.setdefault(seen.call, []).append(seen)
    return [Lane(_label(call), spans(call)) for call in list(calls.values())[:_MOST_LANES]]


def _label(call: list[Seen]) -> str:
    attempts = f", {len(call)} attempts" if len(call) > 1 else ""
    return f"{call[-1].line}{attempts}"


def _section(main: Element, name: str, title: str) -> Element:
    section = SubElement(main, "section", {"aria-labelledby": name})
    _add(section, "h2", title, {"id": name})
    return section


def _add(parent: Element, tag: str, text: str, attributes: Mapping[str, str] = _NONE) -> Element:
    shown = {name: _shown(value) for name, value in attributes.items()}
    element = SubElement(parent, tag, shown)
    element.text = text if tag == "style" else _shown(text)
    return element


def _shown(text: str) -> str:
    """Return a text without what can't stand in a page."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
