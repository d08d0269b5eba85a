"""Finds a scenario by its shipped name or by path, and reads it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib.resources import files

from pydantic import TypeAdapter

from mockserver.api import editions
from mockserver.documents import SUFFIXES, Document, beside, read_text
from mockserver.errors import MockServerError, UnknownNameError

from .model import Scenario

_SHIPPED = files("mockserver.scenarios")
_ADAPTER = TypeAdapter(Scenario)


def names() -> list[str]:
    """Return the names of the shipped scenarios."""
    found = (entry.name for entry in _SHIPPED.iterdir())
    return sorted(name.removesuffix(".yaml") for name in found if name.endswith(".yaml"))


def describe(name: str) -> str:
    """Return the one-line description of a scenario."""
    return load(name).description


def load(name: str) -> Scenario:
    """
    Return a scenario by its shipped name, or by the path of a YAML file.

    Raises UnknownNameError for an unknown name, DocumentError for a file that is missing or wrong.
    """
    if name.endswith(SUFFIXES):
        return parse(read_text(name), source=name)
    if name not in names():
        raise UnknownNameError("scenario", name, names())
    return _shipped(name)


def parse(text: str, *, source: str = "<text>") -> Scenario:
    """
    Read a scenario from YAML text.

    ``source`` is its path: it stands in the errors, and the path of an edition is relative to it.
    Raises DocumentError.
    """
    document = Document(text, source=source)
    scenario = document.read_as(_ADAPTER)
    if scenario.edition is None:
        return scenario  # any may be chosen at start
    name = beside(source, scenario.edition)
    try:
        edition = editions.load(name)
    except MockServerError as error:
        raise document.error(("edition",), error) from error
    try:
        edition.tier(scenario.tier)
    except UnknownNameError as error:
        raise document.error(("tier",), error) from error
    return replace(scenario, edition=name)


@cache
def _shipped(name: str) -> Scenario:
    return parse((_SHIPPED / f"{name}.yaml").read_text("utf-8"), source=f"{name}.yaml")
