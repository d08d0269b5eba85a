"""The section of the page on the mutations: which tests notice which changes of the answers."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement

from pytest_cerebras.mutation.judging import Tried, share_in_words

from .markup import add, add_name, box

TITLE = "Mutation"


def draw(section: Element, tried: Sequence[Tried]) -> None:
    """Put a table of the tests into a section, blind tests first."""
    if words := share_in_words(tried):
        add(section, "p", f"{words}.")
    table = SubElement(box(section, TITLE), "table")
    top = SubElement(SubElement(table, "thead"), "tr")
    for name in ("test", "noticed", "missed", "note"):
        add(top, "th", name, {"scope": "col"})
    body = SubElement(table, "tbody")
    for one in sorted(tried, key=lambda one: (not one.blind, bool(one.left_out))):
        row = SubElement(body, "tr")
        add_name(row, "th", one.test.rpartition("::")[2], {"scope": "row", "title": one.test})
        add(row, "td", f"{len(one.noticed)} of {one.applied}" if one.applied else "")
        add(row, "td", ", ".join(one.missed))
        place = SubElement(row, "td")
        if one.blind:
            add(place, "span", f"blind: it passes although {one.should_notice}")
            add(SubElement(place, "p"), "code", one.replay, {"class": "replay"})
        else:
            place.text = f"left out: {one.left_out}" if one.left_out else one.note
