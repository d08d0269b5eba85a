"""The sections at the end of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any, TypeAlias

from pytest_cerebras.session.symptoms import Symptom, read
from pytest_cerebras.settings.names import BASE_URL, LEFT_OUT, RETIRED, UNMET

from . import causes, spent
from .outcome import sentences_on_unmet

Note: TypeAlias = tuple[str, str, str]
"""The test, the name of the property, and its value."""


def show(reporter: Any, notes: Iterable[Note], reports: Iterable[Any] = ()) -> None:
    """Write the sections that have any lines; ``reports`` may hold symptoms."""
    noted = list(dict.fromkeys(notes))
    _show_causes(reporter, [(one.nodeid, seen) for one in reports for seen in read(one)])
    left_out = Counter(value for _, name, value in noted if name == LEFT_OUT)
    reasons = [f"{count} test{'s' * (count > 1)} {why}" for why, count in left_out.items()]
    _show(reporter, "left out of the matrix", reasons)
    unmet = sentences_on_unmet(value for _, name, value in noted if name == UNMET)
    _show(reporter, "cells that prove nothing", unmet, yellow=False)
    _show(reporter, "cost", list(spent.lines(noted)), yellow=False)
    for title, kind in (("retired models", RETIRED), ("base URLs", BASE_URL)):
        warnings = sorted({value for _, name, value in noted if name == kind})
        _show(reporter, title, [f"warning: {sentence}" for sentence in warnings])


def warn_of_no_effect(reporter: Any, option: str) -> None:
    """Warn that an option had no effect because no test of the run used the mock."""
    way_out = "add --cerebras-mock, or let tests use cerebras_mock"
    warning = f"warning: {option} had no effect; {way_out}"
    _show(reporter, "no test uses the mock", [warning])


def _show(reporter: Any, title: str, lines: Collection[str], *, yellow: bool = True) -> None:
    """Write a section if it has any lines."""
    if lines:
        reporter.section(f"Cerebras: {title}", yellow=yellow)
    for line in lines:
        reporter.line(line)


def _show_causes(reporter: Any, symptoms: Sequence[tuple[str, Symptom]]) -> None:
    """Write each cause of failures and verdicts once."""
    title, found = causes.things(symptoms)
    better = causes.advice(symptoms)
    for heading, some in ((title, found), ("advice", better)):
        _show(reporter, heading, list(causes.lines(some)))
