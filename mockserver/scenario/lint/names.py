"""Finds tiers and models that are in none of the editions that the scenario can use."""

from __future__ import annotations

from collections.abc import Iterator

from mockserver.api.contract import editions
from mockserver.api.contract.edition import DEFAULT, Edition
from mockserver.core.documents import Path
from mockserver.core.errors import suggestion
from mockserver.scenario.matching import Match
from mockserver.scenario.model import Scenario
from mockserver.scenario.patterns import glob

from .rules import Finding


def name_findings(scenario: Scenario) -> Iterator[Finding]:
    """
    Yield a finding for each model that the edition lacks.

    A scenario without an edition may be used with any shipped edition. Then the findings are about
    the tier and the models that all shipped editions lack.
    """
    chosen = scenario.edition
    known = [editions.load(name) for name in ([chosen] if chosen else editions.names())]
    if not chosen and scenario.tier is not None:
        yield from _tier(scenario.tier, known)
    lacks = f"the edition {known[0].name!r} has no" if chosen else "no shipped edition has the"
    models = sorted({model for edition in known for model in edition.models})
    for at, rule in enumerate(scenario.rules):
        for path, pattern in _models(rule.match):
            if not any(map(glob(pattern), models)):
                said = f"{lacks} model {pattern!r}{suggestion(pattern.strip('*'), models)}"
                yield ("rules", at, "match", *path), said


def _tier(name: str, known: list[Edition]) -> Iterator[Finding]:
    tiers = {DEFAULT, *(tier for edition in known for tier in edition.tiers)}
    if name not in tiers:
        said = f"no shipped edition has the tier {name!r}{suggestion(name, sorted(tiers))}"
        yield ("tier",), said


def _models(match: Match) -> Iterator[tuple[Path, str]]:
    """Yield the models that a match names, with the paths of their keys."""
    if match.model is not None:
        yield ("model",), match.model
    if match.excluded is not None:
        yield from ((("not", *path), model) for path, model in _models(match.excluded))
