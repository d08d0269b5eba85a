"""The symptoms of a test: why it failed, and the verdicts on its client."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import pytest

from mockserver.core.adapters import adapter
from mockserver.core.credentials import redacted
from mockserver.verdicts import Verdict
from mockserver.verdicts.classify import classify
from pytest_cerebras.chaos.replay import replay
from pytest_cerebras.observe.call_sites import of_the_app
from pytest_cerebras.settings.names import SYMPTOMS

from .mock import CerebrasMock
from .verdict_hooks import failed_by_verdict

How: TypeAlias = Literal["failed", "certain", "advice"]
_LONGEST = 200  # characters of a sentence


@dataclass(frozen=True, slots=True)
class Symptom:
    """
    A reason for a test's failure, or a verdict on its client.

    ``what`` is the rule or the type of the exception. ``site`` is the app's line: a file and a line
    number. ``how`` is ``failed`` for the reason of a failure; for a verdict, it is the verdict's
    certainty. If the search found the symptom, ``file`` is the scenario file of the search's story
    of faults, and ``note`` is a remark on these faults.
    """

    what: str
    site: str
    how: How
    scenario: str
    sentence: str
    fix: str
    replay: str
    note: str = ""
    file: str = ""


_SYMPTOMS: TypeAlias = tuple[Symptom, ...]


def note(
    mock: CerebrasMock,
    item: pytest.Item,
    report: pytest.TestReport,
    call: pytest.CallInfo[None],
    judged: Iterable[tuple[str, Verdict]],
) -> None:
    """Attach the symptoms of a test to its report, in a form that xdist can send."""
    again = replay(item, mock.engine.seed)
    found = (*_failure(mock, item, report, call, again), *of_verdicts(judged, again))
    if found:
        setattr(report, SYMPTOMS, adapter(_SYMPTOMS).dump_python(found, mode="json"))


def read(report: Any) -> tuple[Symptom, ...]:
    """Return the symptoms in a report."""
    found: tuple[Symptom, ...] = adapter(_SYMPTOMS).validate_python(getattr(report, SYMPTOMS, ()))
    return found


def first_line(text: str, longest: int) -> str:
    """Return the first line of a text, with keys redacted, cut to ``longest`` characters."""
    line = redacted(next(iter(text.strip().splitlines()), ""))
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


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
    if mock.escapes:  # the exception of the app is only a consequence
        what, (sentence, _, fix) = "key-sent-elsewhere", mock.escapes[0].partition(": ")
    elif str(error) in mock.overspent:
        what, sentence, fix = "over-budget", str(error), ""
    else:
        last = next((one for one in reversed(mock.journal.exchanges) if one.failed), None)
        what, fix = family_of(error), classify(last, mock.engine.edition).fix if last else ""
        sentence = first_line(f"{type(error).__name__}: {error}", _LONGEST)
    where = _line_of(call.excinfo.traceback, item) or _line_of_test(item)
    yield Symptom(what, where, "failed", mock.scenario.name, sentence, fix, again)


def of_verdicts(judged: Iterable[tuple[str, Verdict]], again: str) -> Iterator[Symptom]:
    """Yield a symptom for each verdict and its scenario; ``again`` is the replay command."""
    for scenario, one in judged:
        where = f"{one.site[0]}:{one.site[1]}" if one.site else ""
        yield Symptom(one.rule, where, one.certainty, scenario, one.sentence, one.fix, again)


def _line_of(traceback: Any, item: pytest.Item) -> str:
    """Return the innermost line of the app in a traceback, or else the test's innermost line."""
    places = [
        (name, entry.lineno + 1)
        for entry in traceback
        if (name := of_the_app(str(entry.path))) is not None
    ]
    test = of_the_app(str(item.path))
    of_app = [place for place in places if place[0] != test] or places
    return f"{of_app[-1][0]}:{of_app[-1][1]}" if of_app else ""


def _line_of_test(item: pytest.Item) -> str:
    """Return the first line of a test, for a failure whose traceback has no line of app or test."""
    _, line, _ = item.location
    name = of_the_app(str(item.path))
    return "" if name is None or line is None else f"{name}:{line + 1}"


def family_of(error: BaseException) -> str:
    """
    Return the name of the base class of all errors of a library, given one of the errors.

    Apps catch either all errors of a library or none. For an error of Python or pytest, the result
    is the name of the error's own class.
    """
    library = type(error).__module__.partition(".")[0]
    kinds = [
        kind
        for kind in type(error).__mro__
        if issubclass(kind, Exception) and kind.__module__.partition(".")[0] == library
    ]
    is_of_library = kinds and library not in ("builtins", "_pytest")
    return (kinds[-1] if is_of_library else type(error)).__name__
