"""The report as Markdown, for the step summary of GitHub Actions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from mockserver.verdicts.fault_classes import FAULT_CLASSES

from . import causes
from .causes import Cause
from .outcome import Outcome
from .report import Report

_MOST = 60  # rows of each table; GitHub accepts 1 MiB
SIGNS: dict[Outcome, str] = {
    "passed": "✅ passed",
    "raised-as-expected": "☑️ raised as expected",
    "not-met": "▫️ not met",
    "xfailed": "☑️ failed as expected",
    "failed": "❌ failed",
    "failed-by-verdict": "⚠️ failed by verdict",
    "skipped": "⏭️ skipped",
    "left-out": "▫️ left out",
}


def markdown(report: Report) -> str:
    """Return the summary: coverage, the matrix, and the things to fix."""
    parts = (
        _head(report),
        _matrix(report),
        _others(report),
        _causes(*causes.things(report.symptoms)),
        _causes("Advice", causes.advice(report.symptoms)),
    )
    return "\n".join(chain.from_iterable(parts)) + "\n"


def _head(report: Report) -> Iterator[str]:
    yield f"## Cerebras {report.title}"
    yield ""
    yield f"{len(report.cells)} cells, {report.coverage.line()}."
    if report.spent.tokens:
        yield ""
        yield f"The requests would cost: {report.spent.line()}."
    if report.unmet:
        yield ""
        yield f"{'; '.join(report.unmet)}."
    if report.coverage.never:
        never = ", ".join(f"{FAULT_CLASSES[name]} (`{name}`)" for name in report.coverage.never)
        yield ""
        yield f"Never met: {never}."


def _matrix(report: Report) -> Iterator[str]:
    found = report.rows
    if found:
        yield ""
        yield _row("scenario", *(test.rpartition("::")[2] for test in report.tests))
        yield "|" + " --- |" * (len(report.tests) + 1)
    for scenario in list(found)[:_MOST]:
        cells = (found[scenario].get(test) for test in report.tests)
        yield _row(scenario, *(SIGNS[cell.outcome] if cell else "" for cell in cells))
    if len(found) > _MOST:
        yield ""
        yield f"... and {len(found) - _MOST} more scenarios"


def _others(report: Report) -> Iterator[str]:
    if report.others:
        yield ""
        yield _row("other test", "outcome", "scenario")
        yield "| --- | --- | --- |"
    for cell in report.others[:_MOST]:
        yield _row(cell.test.rpartition("::")[2], SIGNS[cell.outcome], cell.scenario)
    if len(report.others) > _MOST:
        yield ""
        yield f"... and {len(report.others) - _MOST} more tests"


def _causes(title: str, found: Sequence[Cause]) -> Iterator[str]:
    if found:
        yield ""
        yield f"### {title}"
        yield ""
    for cause in found[:_MOST]:
        yield f"1. **{_safe(cause.title)}**: {_safe(cause.first.sentence)}"
    if len(found) > _MOST:
        yield f"1. ... and {len(found) - _MOST} more"


def _row(*fields: str) -> str:
    return "| " + " | ".join(map(_safe, fields)) + " |"


def _safe(text: str) -> str:
    r"""
    Escape a text so that Markdown shows it literally, on one line of a table cell.

    >>> print(_safe("a|b <i>c_d</i>"))
    a\|b \<i\>c\_d\</i\>
    """
    plain = " ".join(text.split())
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]<>|#" else letter for letter in plain)
