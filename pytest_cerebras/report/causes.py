"""
Things to fix: what was seen of many tests, by what has caused it.

A cause is a rule that the client breaks, or an exception, and the line of the app where it happens.
One bug is seen in many cells of the matrix; whoever mends it wants to read of it once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import pytest
from pydantic import TypeAdapter

from mockserver.core.quantities import counted
from mockserver.verdicts.diagnosis import diagnose
from mockserver.verdicts.patterns import PATTERNS
from pytest_cerebras.chaos.replay import replay
from pytest_cerebras.observe.call_sites import of_the_app
from pytest_cerebras.session.judging import failed_by_verdict
from pytest_cerebras.session.mock import CerebrasMock

SYMPTOMS = "cerebras_symptoms"
"""The attribute of a report that holds what its test has shown."""

How: TypeAlias = Literal["failed", "certain", "advice"]
_LONGEST = 200  # letters of a sentence
_SHOWN = 4  # scenarios that are named
_MOST = 25  # causes that are shown


@dataclass(frozen=True, slots=True)
class Symptom:
    """
    Why a test failed, or what its client was told.

    ``what`` is the rule or the type of an exception, ``site`` the app's line, a file and a number.
    ``how`` says whether the test failed by it, or whether a verdict is certain.
    """

    what: str
    site: str
    how: How
    scenario: str
    sentence: str
    fix: str
    replay: str


@dataclass(frozen=True, slots=True)
class Cause:
    """What has caused some symptoms, the first of them is shown; ``cells`` is how many tests."""

    first: Symptom
    cells: int
    scenarios: tuple[str, ...]

    @property
    def pattern(self) -> Sequence[str]:
        """How it is done right, in a few lines of Python; empty where nobody knows."""
        return PATTERNS.get(self.first.what, ())

    @property
    def title(self) -> str:
        """The cause in a line, with where and how often it was seen."""
        more = len(self.scenarios) - _SHOWN
        named = ", ".join(self.scenarios[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
        at = f" at {self.first.site}" if self.first.site else ""
        return f"{self.first.what}{at} ({counted(self.cells, 'cell')}: {named})"


_SYMPTOMS = TypeAdapter(tuple[Symptom, ...])


def note(
    mock: CerebrasMock, item: pytest.Item, report: pytest.TestReport, call: pytest.CallInfo[None]
) -> None:
    """Put the symptoms of a test into its report, as what xdist can carry."""
    found = tuple(_seen(mock, item, report, call))
    if found:
        setattr(report, SYMPTOMS, _SYMPTOMS.dump_python(found, mode="json"))


def read(report: Any) -> tuple[Symptom, ...]:
    """Return the symptoms in a report."""
    return _SYMPTOMS.validate_python(getattr(report, SYMPTOMS, ()))


def causes(symptoms: Iterable[tuple[str, Symptom]]) -> list[Cause]:
    """Return the causes of the symptoms of some tests, what was seen in most of them first."""
    found: dict[tuple[str, str], list[tuple[str, Symptom]]] = {}
    for test, symptom in symptoms:
        found.setdefault((symptom.what, symptom.site), []).append((test, symptom))
    grouped = [
        Cause(
            seen[0][1],
            len({test for test, _ in seen}),
            tuple(dict.fromkeys(symptom.scenario for _, symptom in seen)),
        )
        for seen in found.values()
    ]
    return sorted(grouped, key=lambda cause: -cause.cells)


def title(found: Sequence[Cause], cells: int) -> str:
    """
    Return how many things there are to fix, and in how many cells they were seen.

    >>> title([], 0)
    '0 things to fix, 0 cells'
    """
    return f"{counted(len(found), 'thing')} to fix, {counted(cells, 'cell')}"


def lines(found: Sequence[Cause]) -> Iterator[str]:
    """Yield the causes as text: what, where, how to mend it and how to see it again."""
    for number, cause in enumerate(found[:_MOST], 1):
        yield f"{number}. {cause.title}"
        yield f"    seen:   {cause.first.sentence}"
        if cause.first.fix:
            yield f"    fix:    {cause.first.fix}"
        for at, line in enumerate(cause.pattern):
            yield f"    {'' if at else 'like:':7} {line}"
        yield f"    replay: {cause.first.replay}"
    if len(found) > _MOST:
        yield f"... and {len(found) - _MOST} more"


def _seen(
    mock: CerebrasMock, item: pytest.Item, report: pytest.TestReport, call: pytest.CallInfo[None]
) -> Iterator[Symptom]:
    again = replay(item, mock.engine.seed)
    if report.failed and call.excinfo is not None and not failed_by_verdict(item):
        error = call.excinfo.value
        last = next((one for one in reversed(mock.journal.exchanges) if one.failed), None)
        found = diagnose(last, mock.engine.edition) if last else None
        yield Symptom(
            type(error).__name__,
            _line_of(call.excinfo.traceback, item),
            "failed",
            mock.scenario.name,
            _first_line(str(error)),
            found.fix if found else "",
            again,
        )
    for scenario, verdict in mock.judged():
        if report.failed and verdict.sentence in mock.told:
            continue
        at = f"{verdict.site[0]}:{verdict.site[1]}" if verdict.site else ""
        how: How = verdict.certainty
        yield Symptom(verdict.rule, at, how, scenario, verdict.sentence, verdict.fix, again)


def _line_of(traceback: Any, item: pytest.Item) -> str:
    """Return the innermost line of the app in a traceback, or else that of the test."""
    places = [
        (name, entry.lineno + 1)
        for entry in traceback
        if (name := of_the_app(str(entry.path))) is not None
    ]
    test = of_the_app(str(item.path))
    of_app = [place for place in places if place[0] != test] or places
    return f"{of_app[-1][0]}:{of_app[-1][1]}" if of_app else ""


def _first_line(text: str) -> str:
    line = next(iter(text.strip().splitlines()), "")
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
