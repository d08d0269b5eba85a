"""Builds HTML trees in which names of tests, models and headers can't become markup."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from xml.etree.ElementTree import Element, SubElement

_NONE: Mapping[str, str] = MappingProxyType({})


def add(parent: Element, tag: str, text: str, attributes: Mapping[str, str] = _NONE) -> Element:
    """Add an element with a text to a parent, and return the element."""
    element = SubElement(parent, tag, {name: shown(value) for name, value in attributes.items()})
    element.text = shown(text)
    return element


def add_name(
    parent: Element, tag: str, text: str, attributes: Mapping[str, str] = _NONE
) -> Element:
    """Add an element with a long name, which may wrap after each ``_``, and return the element."""
    first, *others = text.split("_")
    element = add(parent, tag, first + "_" * bool(others), attributes)
    for number, other in enumerate(others, 1):
        SubElement(element, "wbr").tail = shown(other + "_" * (number < len(others)))
    return element


def box(parent: Element, label: str) -> Element:
    """Add a box that scrolls sideways by mouse or keyboard, so that the page does not."""
    attributes = {"class": "box", "tabindex": "0", "role": "region", "aria-label": shown(label)}
    return SubElement(parent, "div", attributes)


def shown(text: str) -> str:
    """Return a text with each unprintable character replaced by U+FFFD."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
