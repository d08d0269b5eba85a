"""
Things to fix: the symptoms of many tests, grouped by their cause.

A cause is a rule that the client breaks, or an exception, with the line of the app where it
happens. One bug shows in many cells of the matrix, but the user should read about it only once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import pytest
from pydantic import TypeAdapter

from mockserver.core.units import counted
from mockserver.verdicts import Verdict
from mockserver.verdicts.classify import classify
from mockserver.verdicts.patterns import PATTERNS
from pytest_cerebras.chaos.replay import replay
from pytest_cerebras.observe.call_sites import of_the_app
from pytest_cerebras.session.mock import CerebrasMock
from pytest_cerebras.session.verdict_hooks import failed_by_verdict
from pytest_cerebras.settings.names import SYMPTOMS

from .outcome import first_line

How: TypeAlias = Literal["failed", "certain", "advice"]
_LONGEST = 200  # characters of a sentence
_SHOWN = 4  # scenarios that are named
_MOST = 25  # causes that are shown


@dataclass(frozen=True, slots=True)
class Symptom:
    """
    A reason for a test's failure, or a verdict on its client.

    ``what`` is the rule or the type of the exception. ``site`` is the app's line: a file and a line
    number. ``how`` says whether the symptom failed the test, or whether its verdict is certain.
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
    """The common cause of symptoms in some tests, at some lines; the ``first`` one is shown."""

    first: Symptom
    tests: tuple[str, ...]
    scenarios: tuple[str, ...]
    sites: tuple[str, ...]

    @property
    def pattern(self) -> Sequence[str]:
        """Correct code in a few lines of Python; empty if there is none."""
        return PATTERNS.get(self.first.what, ())

    @property
    def title(self) -> str:
        """The cause on one line, with its place and the number of cells."""
        more = len(self.scenarios) - _SHOWN
        named = ", ".join(self.scenarios[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
        at = f" at {self.first.site}" if self.first.site else ""
        if len(self.sites) > 1:
            at += f" and {counted(len(self.sites) - 1, 'more line')}"
        return f"{self.first.what}{at} ({counted(len(self.tests), 'cell')}: {named})"


_SYMPTOMS = TypeAdapter(tuple[Symptom, ...])


def note(
    mock: CerebrasMock,
    item: pytest.Item,
    report: pytest.TestReport,
    call: pytest.CallInfo[None],
    judged: Iterable[tuple[str, Verdict]],
) -> None:
    """Attach the symptoms of a test to its report, in a form that xdist can send."""
    again = replay(item, mock.engine.seed)
    found = (*_failure(mock, item, report, call, again), *_told(judged, again))
    if found:
        setattr(report, SYMPTOMS, _SYMPTOMS.dump_python(found, mode="json"))


def read(report: Any) -> tuple[Symptom, ...]:
    """Return the symptoms in a report."""
    return _SYMPTOMS.validate_python(getattr(report, SYMPTOMS, ()))


def things(symptoms: Sequence[tuple[str, Symptom]]) -> tuple[str, list[Cause]]:
    """Return a title with the number of things to fix and of cells, and the causes."""
    bad = [one for one in symptoms if one[1].how != "advice"]
    found = _causes(bad, lambda symptom: (symptom.what, symptom.site))
    cells = len({test for test, _ in bad})
    return f"{counted(len(found), 'thing')} to fix, {counted(cells, 'cell')}", found


def advice(symptoms: Iterable[tuple[str, Symptom]]) -> list[Cause]:
    """Return the causes of advice, each once for the whole app, because there may be many."""
    better = [one for one in symptoms if one[1].how == "advice"]
    return _causes(better, lambda symptom: symptom.what)


def _causes(
    symptoms: Iterable[tuple[str, Symptom]], key: Callable[[Symptom], object]
) -> list[Cause]:
    """Return the causes of symptoms, those of the most tests first."""
    found: dict[object, list[tuple[str, Symptom]]] = {}
    for test, symptom in symptoms:
        found.setdefault(key(symptom), []).append((test, symptom))
    grouped = [
        Cause(
            seen[0][1],
            tuple(dict.fromkeys(test for test, _ in seen)),
            tuple(dict.fromkeys(symptom.scenario for _, symptom in seen)),
            tuple(dict.fromkeys(symptom.site for _, symptom in seen)),
        )
        for seen in found.values()
    ]
    return sorted(grouped, key=lambda cause: -len(cause.tests))


def lines(found: Sequence[Cause]) -> Iterator[str]:
    """Yield the causes as text: what and where, the fix, and the command to see it again."""
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


def _failure(
    mock: CerebrasMock,
    item: pytest.Item,
    report: pytest.TestReport,
    call: pytest.CallInfo[None],
    again: str,
) -> Iterator[Symptom]:
    """Yield the symptom of a failed test, unless verdicts failed it."""
    if not report.failed or call.excinfo is None or failed_by_verdict(item):
        return
    error = call.excinfo.value
    if mock.escapes:  # the app's exception only follows from it
        what, (sentence, _, fix) = "key-sent-elsewhere", mock.escapes[0].partition(": ")
    else:
        last = next((one for one in reversed(mock.journal.exchanges) if one.failed), None)
        what, fix = _family(error), classify(last, mock.engine.edition).fix if last else ""
        sentence = first_line(f"{type(error).__name__}: {error}", _LONGEST)
    where = _line_of(call.excinfo.traceback, item)
    yield Symptom(what, where, "failed", mock.scenario.name, sentence, fix, again)


def _told(judged: Iterable[tuple[str, Verdict]], again: str) -> Iterator[Symptom]:
    for scenario, one in judged:
        where = f"{one.site[0]}:{one.site[1]}" if one.site else ""
        yield Symptom(one.rule, where, one.certainty, scenario, one.sentence, one.fix, again)


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


def _family(error: BaseException) -> str:
    """Return the base class of a library's errors: an app that misses one misses all of them."""
    library = type(error).__module__.partition(".")[0]
    kinds = [
        kind
        for kind in type(error).__mro__
        if issubclass(kind, Exception) and kind.__module__.partition(".")[0] == library
    ]
    is_of_library = kinds and library not in ("builtins", "_pytest")
    return (kinds[-1] if is_of_library else type(error)).__name__
