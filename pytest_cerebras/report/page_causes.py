"""The sections of the page with things to fix and advice: each cause once, with its cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element, SubElement

from .causes import Cause
from .markup import add, add_name

_NOTHING = "Nothing: no test failed, and the client did nothing wrong."


def draw_causes(
    section: Element, summary: str, found: Sequence[Cause], anchors: Mapping[str, str]
) -> None:
    """
    Put the causes into a section, below a line that sums them up.

    ``anchors`` has the anchor of each cell by the id of the cell.
    """
    if not found:
        add(section, "p", _NOTHING)
        return
    if summary:
        add(section, "p", f"{summary}.")
    listed = SubElement(section, "ol", {"class": "causes"})
    for cause in found:
        _draw(SubElement(listed, "li"), cause, anchors)


def _draw(item: Element, cause: Cause, anchors: Mapping[str, str]) -> None:
    add(item, "h3", cause.title)
    add(item, "p", cause.first.sentence)
    if cause.first.fix:
        add(item, "p", f"Fix: {cause.first.fix}.", {"class": "verdict"})
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
