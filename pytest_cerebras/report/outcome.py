"""The outcome of a test and its reason, from pytest's report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

import pytest

from mockserver.core.units import counted
from pytest_cerebras.chaos.choice import LEFT_OUT
from pytest_cerebras.chaos.matrix import has_raised
from pytest_cerebras.session.symptoms import first_line
from pytest_cerebras.session.verdict_hooks import failed_by_verdict

Outcome: TypeAlias = Literal[
    "passed",
    "raised-as-expected",
    "not-met",
    "xfailed",
    "failed",
    "failed-by-verdict",
    "skipped",
    "left-out",
]
PROVES_NOTHING: tuple[Outcome, ...] = ("not-met", "skipped", "left-out")
"""The outcomes of cells that do not count for coverage."""
_UNMET: Mapping[str, str] = {
    "not-met": "under a scenario that did not act",
    "left-out": "whose scenario can't act on the test",
}
_LONGEST = 240  # characters of a reason


def outcome_of(item: pytest.Item, report: pytest.TestReport, *, unmet: bool = False) -> Outcome:
    """
    Return the outcome of a test; a test excused by its ``xfail`` marker does not count as failed.

    ``unmet``: the matrix ran the test under a scenario that did not act.
    """
    if report.failed:
        return "failed-by-verdict" if failed_by_verdict(item) else "failed"
    if report.skipped:
        if item.stash.get(LEFT_OUT, False):
            return "left-out"
        return "xfailed" if hasattr(report, "wasxfail") else "skipped"
    if unmet:
        return "not-met"
    return "raised-as-expected" if has_raised(item) else "passed"


def sentences_on_unmet(outcomes: Iterable[str]) -> list[str]:
    """Return a sentence for each outcome of matrix cells that prove nothing."""
    counts = Counter(outcomes)
    return [
        f"{name.replace('-', ' ')}: {counted(counts[name], 'cell')} {what}"
        for name, what in _UNMET.items()
        if counts[name]
    ]


def reason_of(report: pytest.TestReport) -> str:
    """
    Return the reason why a test failed, was excused or skipped, on one line.

    The result is empty if the test passed.
    """
    if report.passed:
        return ""
    excuse = getattr(report, "wasxfail", None)
    if excuse is not None:
        text = str(excuse).removeprefix("reason: ")
    elif isinstance(report.longrepr, tuple):
        text = report.longrepr[2].removeprefix("Skipped: ")
    else:
        text = _error(report)
    return first_line(text, _LONGEST)


def _error(report: pytest.TestReport) -> str:
    """Return the message of an exception, or else the line that pytest marks as the error."""
    message = getattr(getattr(report.longrepr, "reprcrash", None), "message", None)
    if message is not None:
        return str(message)
    text = report.longrepr if isinstance(report.longrepr, str) else report.longreprtext
    return next((line[1:] for line in text.splitlines() if line.startswith("E ")), text)
