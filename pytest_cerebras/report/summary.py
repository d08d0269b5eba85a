"""What the end of a run tells of its tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Sequence
from typing import Any, TypeAlias

from mockserver.verdicts import RULES
from pytest_cerebras.settings.names import ADVICE, LEFT_OUT, RETIRED, VERDICT, WITHOUT_VERSION

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
    left_out = Counter(said for _, name, said in noted if name == LEFT_OUT)
    if left_out:
        reporter.section("Cerebras: left out of the matrix", yellow=True)
        for said, count in left_out.items():
            reporter.line(f"{count} test{'s' * (count > 1)} {said}")
    for title, kind in (("retired models", RETIRED), ("paths without /v1", WITHOUT_VERSION)):
        warnings = sorted({said for _, name, said in noted if name == kind})
        if warnings:
            reporter.section(f"Cerebras: {title}", yellow=True)
        for sentence in warnings:
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
