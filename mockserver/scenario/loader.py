"""Finds a scenario by shipped name or by path and reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from types import MappingProxyType

from mockserver.api.contract import editions
from mockserver.core.adapters import adapter
from mockserver.core.compiled import compiled
from mockserver.core.documents import (
    SUFFIXES,
    Document,
    beside,
    identity,
    read_text,
    shipped,
    shipped_names,
    unknown,
)
from mockserver.core.errors import MockServerError, UnknownNameError

from .aliases import alias_hint
from .inheritance import inherited
from .lint.names import name_findings
from .lint.rules import Finding, rule_findings
from .model import Scenario
from .parameters import Automatic, filled, settled

SHIPPED = "mockserver.scenarios"
_MOST_TOLD = 100
_NONE: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Loaded:
    """
    A scenario with its document and its unused parameters.

    ``automatic`` has the parameters whose values should be chosen to suit the client, and how to
    choose each value.
    """

    scenario: Scenario
    document: Document
    unused: tuple[str, ...]
    automatic: Mapping[str, Automatic]

    def warnings(self) -> list[str]:
        """
        Return a sentence on each finding in this file, up to a maximum.

        Findings in files that it extends are left out.
        """
        unused = ((("parameters", name), "nothing uses this parameter") for name in self.unused)
        kinds = (name_findings(self.scenario), rule_findings(self.scenario), unused)
        found: list[Finding] = [one for kind in kinds for one in islice(kind, _MOST_TOLD)]
        return [
            str(self.document.error(path, said))
            for path, said in found
            if self.document.file_of(path) == self.document.source
        ]


def names() -> list[str]:
    """Return the names of the shipped scenarios."""
    return list(shipped_names(SHIPPED))


def tagged(tags: Iterable[str]) -> list[str]:
    """
    Return the names of the shipped scenarios that have all these tags.

    Raises UnknownNameError for a tag that no scenario has.
    """
    having = {name: load(name).tags for name in names()}
    known = {tag for found in having.values() for tag in found}
    for tag in tags:
        if tag not in known:
            raise UnknownNameError("tag", tag, known)
    return [name for name, found in having.items() if set(found).issuperset(tags)]


def load(name: str, parameters: Mapping[str, object] = _NONE) -> Scenario:
    """
    Return a scenario by shipped name or by the path of a YAML file.

    ``parameters`` replace the defaults of the scenario's parameters. Raises UnknownNameError for an
    unknown scenario or parameter, and DocumentError for a file that is missing or wrong.
    """
    if name in shipped_names(SHIPPED) and not parameters:
        return _shipped(name)
    return loaded(name, parameters).scenario


def loaded(name: str, parameters: Mapping[str, object] = _NONE) -> Loaded:
    """Return a scenario as ``load`` does, with its document."""
    return _read(*_document(name), parameters)


def automatic(name: str) -> Mapping[str, Automatic]:
    """
    Return the automatic parameters of a scenario and how each is chosen.

    Raises UnknownNameError or DocumentError, as ``load`` does.
    """
    return loaded(name).automatic


def parse(
    text: str, *, source: str = "<text>", parameters: Mapping[str, object] = _NONE
) -> Scenario:
    """
    Read a scenario from YAML text.

    ``source`` is the path of the text; errors name this path, and paths in the text are relative to
    it. Raises DocumentError, or UnknownNameError for an unknown parameter.
    """
    return read(text, source=source, parameters=parameters).scenario


def read(text: str, *, source: str = "<text>", parameters: Mapping[str, object] = _NONE) -> Loaded:
    """Return a scenario as ``parse`` does, with its document."""
    return _read(identity(source), Document(text, source=source), parameters)


@cache
def _shipped(name: str) -> Scenario:
    found: Scenario | None = compiled(SHIPPED, name, name)
    return found or loaded(name).scenario


def _read(own: str, document: Document, parameters: Mapping[str, object]) -> Loaded:
    plain, automatic = settled(inherited(document, _extended, own))
    whole, used = filled(plain, parameters)
    scenario: Scenario = whole.read_as(adapter(Scenario), explain=alias_hint)
    unused = tuple(name for name in scenario.parameters if name not in used)
    return Loaded(_with_edition(scenario, whole), whole, unused, automatic)


def _extended(document: Document, name: str) -> tuple[str, Document]:
    """Return the identity and the contents of the document that another document extends."""
    try:
        return _document(beside(document.source, name))
    except MockServerError as error:
        raise document.error(("extends",), error) from error


def _document(name: str) -> tuple[str, Document]:
    if name.endswith(SUFFIXES):
        return identity(name), Document(read_text(name), source=name)
    if name not in names():
        raise unknown("scenario", name, names())
    return name, shipped(SHIPPED, name)


def _with_edition(scenario: Scenario, document: Document) -> Scenario:
    """Resolve the path of the scenario's edition, and check that the edition has the tier."""
    if scenario.edition is None:
        return scenario  # an edition may still be chosen when the server starts
    name = beside(document.file_of(("edition",)), scenario.edition)
    try:
        edition = editions.load(name)
    except MockServerError as error:
        raise document.error(("edition",), error) from error
    try:
        edition.tier(scenario.tier)
    except UnknownNameError as error:
        raise document.error(("tier",), error) from error
    return replace(scenario, edition=name)
