"""What the end of a run tells of its tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any, TypeAlias

from pytest_cerebras.settings.names import (
    BASE_URL,
    LEFT_OUT,
    RETIRED,
    UNMET,
)

from . import causes
from .causes import Symptom
from .outcome import told_of_unmet

Note: TypeAlias = tuple[str, str, str]
"""The test, the name of the property, and what it says."""


def show(reporter: Any, notes: Iterable[Note], reports: Iterable[Any] = ()) -> None:
    """Write the sections for which something was noted; ``reports`` may hold symptoms."""
    noted = list(dict.fromkeys(notes))
    _show_causes(reporter, [(one.nodeid, seen) for one in reports for seen in causes.read(one)])
    _show_left_out(reporter, [said for _, name, said in noted if name == LEFT_OUT])
    unmet = told_of_unmet(said for _, name, said in noted if name == UNMET)
    if unmet:
        reporter.section("Cerebras: cells that say nothing")
    for sentence in unmet:
        reporter.line(sentence)
    for title, kind in (("retired models", RETIRED), ("base URLs", BASE_URL)):
        _show_warnings(reporter, title, {said for _, name, said in noted if name == kind})


def tell_of_no_effect(reporter: Any, option: str) -> None:
    """Say that no test of the run has had the mock, although an option is about it."""
    reporter.section("Cerebras: no test uses the mock", yellow=True)
    reporter.line(
        f"warning: {option} has had no effect; add --cerebras-mock, or let tests ask for "
        "cerebras_mock"
    )


def _show_left_out(reporter: Any, left_out: Sequence[str]) -> None:
    if left_out:
        reporter.section("Cerebras: left out of the matrix", yellow=True)
    for said, count in Counter(left_out).items():
        reporter.line(f"{count} test{'s' * (count > 1)} {said}")


def _show_warnings(reporter: Any, title: str, warnings: Collection[str]) -> None:
    if warnings:
        reporter.section(f"Cerebras: {title}", yellow=True)
    for sentence in sorted(warnings):
        reporter.line(f"warning: {sentence}")


def _show_causes(reporter: Any, symptoms: Sequence[tuple[str, Symptom]]) -> None:
    """Write what has caused failures and verdicts, once each."""
    title, found = causes.things(symptoms)
    better = causes.advice(symptoms)
    for heading, some in ((title, found), ("advice", better)):
        if some:
            reporter.section(f"Cerebras: {heading}", yellow=True)
        for line in causes.lines(some):
            reporter.line(line)
