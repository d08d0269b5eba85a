"""The section of the page on the search: a grid of fault classes and lines of the app."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree.ElementTree import Element, SubElement

from mockserver.verdicts.fault_classes import FAULT_CLASSES
from pytest_cerebras.search.explored import Explored, Result

from .markup import add, add_name, box

TITLE = "Explored"
_SHOWN: Mapping[Result, str] = {
    "failed": "failed",
    "allowed": "allowed",
    "passed": "passed",
    "not-tried": "not tried",
    "cannot-act": "",
}


def draw(section: Element, explored: Explored) -> None:
    """Put the grid into a section: a row for each fault class, a column for each line."""
    add(section, "p", f"{explored.line()}.")
    table = SubElement(box(section, TITLE), "table")
    top = SubElement(SubElement(table, "thead"), "tr")
    add(top, "th", "fault class", {"scope": "col"})
    for line in explored.lines:
        add(top, "th", line.site or "another process", {"scope": "col"})
    body = SubElement(table, "tbody")
    for name, what in FAULT_CLASSES.items():
        results = [line.results[name] for line in explored.lines]
        if set(results) != {"cannot-act"}:
            row = SubElement(body, "tr")
            add_name(row, "th", name, {"scope": "row", "title": what})
            for result in results:
                add(row, "td", _SHOWN[result], {"class": result})
