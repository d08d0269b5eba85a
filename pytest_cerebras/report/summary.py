"""What the end of a run tells of its tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping
from typing import Any, TypeAlias

from mockserver.verdicts import RULES
from pytest_cerebras.settings.names import LEFT_OUT, RETIRED, VERDICT

Note: TypeAlias = tuple[str, str, str]
"""The test, the name of the property, and what it says."""

_MOST = 20  # tests


def show(reporter: Any, notes: Iterable[Note], rules: Container[str] = ()) -> None:
    """Write the sections for which something was noted; ``rules`` are those of the verdicts."""
    noted = list(dict.fromkeys(notes))
    verdicts: dict[str, list[str]] = {}
    for test, name, said in noted:
        if name == VERDICT:
            verdicts.setdefault(test, []).append(said)
    if verdicts:
        _show_verdicts(reporter, verdicts, rules)
    left_out = Counter(said for _, name, said in noted if name == LEFT_OUT)
    if left_out:
        reporter.section("Cerebras: left out of the matrix", yellow=True)
        for said, count in left_out.items():
            reporter.line(f"{count} test{'s' * (count > 1)} {said}")
    retired = sorted({said for _, name, said in noted if name == RETIRED})
    if retired:
        reporter.section("Cerebras: retired models", yellow=True)
        for sentence in retired:
            reporter.line(f"warning: {sentence}")


def _show_verdicts(reporter: Any, verdicts: Mapping[str, list[str]], rules: Container[str]) -> None:
    """Write the verdicts of each test, and the fix of each rule once."""
    reporter.section("Cerebras: verdicts", yellow=True)
    for test in list(verdicts)[:_MOST]:
        reporter.line(test)
        for said in verdicts[test]:
            reporter.line(f"    {said}")
    if len(verdicts) > _MOST:
        reporter.line(f"... and {len(verdicts) - _MOST} more tests")
    for rule in RULES:
        if rule.name in rules:
            reporter.line(f"fix {rule.name}: {rule.fix}")
