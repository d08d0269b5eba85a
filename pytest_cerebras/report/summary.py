"""What the end of a run tells of its tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Container, Iterable, Sequence
from typing import Any, TypeAlias

from mockserver.verdicts import RULES
from pytest_cerebras.settings.names import (
    ADVICE,
    LEFT_OUT,
    RETIRED,
    UNMET,
    VERDICT,
    WITHOUT_VERSION,
)

from .outcome import told_of_unmet

Note: TypeAlias = tuple[str, str, str]
"""The test, the name of the property, and what it says."""

_MOST = 20  # tests


def show(reporter: Any, notes: Iterable[Note], rules: Container[str] = ()) -> None:
    """Write the sections for which something was noted; ``rules`` are those of the verdicts."""
    noted = list(dict.fromkeys(notes))
    _show_verdicts(reporter, "verdicts", [note for note in noted if note[1] == VERDICT])
    _show_verdicts(reporter, "advice", [note for note in noted if note[1] == ADVICE])
    for rule in RULES:
        if rule.name in rules:
            reporter.line(f"fix {rule.name}: {rule.fix}")
    _show_left_out(reporter, [said for _, name, said in noted if name == LEFT_OUT])
    unmet = told_of_unmet(said for _, name, said in noted if name == UNMET)
    if unmet:
        reporter.section("Cerebras: cells that say nothing")
    for sentence in unmet:
        reporter.line(sentence)
    for title, kind in (("retired models", RETIRED), ("paths without /v1", WITHOUT_VERSION)):
        _show_warnings(reporter, title, {said for _, name, said in noted if name == kind})


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


def _show_verdicts(reporter: Any, title: str, notes: Sequence[Note]) -> None:
    """Write what was noted of each test."""
    if not notes:
        return
    reporter.section(f"Cerebras: {title}", yellow=True)
    found: dict[str, list[str]] = {}
    for test, _, said in notes:
        found.setdefault(test, []).append(said)
    for test in list(found)[:_MOST]:
        reporter.line(test)
        for said in found[test]:
            reporter.line(f"    {said}")
    if len(found) > _MOST:
        reporter.line(f"... and {len(found) - _MOST} more tests")
