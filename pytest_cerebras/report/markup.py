"""Builds trees of HTML in which whatever a test, a model or a header is called stays text."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from xml.etree.ElementTree import Element, SubElement

_NONE: Mapping[str, str] = MappingProxyType({})


def add(parent: Element, tag: str, text: str, attributes: Mapping[str, str] = _NONE) -> Element:
    """Put an element with a text into another, and return it."""
    element = SubElement(parent, tag, {name: shown(value) for name, value in attributes.items()})
    element.text = shown(text)
    return element


def add_name(
    parent: Element, tag: str, text: str, attributes: Mapping[str, str] = _NONE
) -> Element:
    """Put an element with a long name into another: it may be broken after each ``_``."""
    first, *others = text.split("_")
    element = add(parent, tag, first + "_" * bool(others), attributes)
    for number, other in enumerate(others, 1):
        SubElement(element, "wbr").tail = shown(other + "_" * (number < len(others)))
    return element


def box(parent: Element, label: str) -> Element:
    """Return a new box that scrolls sideways, by keys too, so that the page need not."""
    told = {"class": "box", "tabindex": "0", "role": "region", "aria-label": shown(label)}
    return SubElement(parent, "div", told)


def shown(text: str) -> str:
    """Return a text without what can't stand in a page."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
