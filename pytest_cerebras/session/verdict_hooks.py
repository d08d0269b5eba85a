"""Shows verdicts in pytest: as properties of a test, or as its failure."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager

import pytest

from mockserver.verdicts import Verdict
from pytest_cerebras.chaos.matrix import has_raised
from pytest_cerebras.chaos.naming import Naming, naming
from pytest_cerebras.settings.exit_status import FAILED_BY_VERDICT
from pytest_cerebras.settings.names import (
    ADVICE,
    SCENARIO,
    STRICT,
    UNMET,
    VERDICT,
    scenario_of,
)

from . import baseline, money
from .baseline import BASELINE
from .mock import CerebrasMock
from .rounds import unmet, why_cell_unmet

_FAILED = pytest.StashKey[bool]()


def stoppable(mock: CerebrasMock) -> AbstractContextManager[None]:
    """Stop a test that exceeds its limit of virtual time, real time, or requests."""
    from pytest_cerebras.clock.interrupt import Interruption

    reasons = (mock.clock, mock.live.budget, mock.deadline)
    return Interruption(*(reason for reason in reasons if reason is not None))


def explain(mock: CerebrasMock, error: BaseException) -> None:
    """
    Add a note to a test's error for each activity that the mock stopped.

    An activity that the error already mentions gets no note. If the mock ended a stall, raises
    another error instead, because a real server would not have ended the stall.
    """
    mock.collector.finish(raised=True)
    interventions = mock.new_interventions(_chain(error))
    if mock.live.stalled and interventions:
        found = pytest.fail.Exception("\n".join(interventions))
        raise found.with_traceback(error.__traceback__) from None
    for sentence in interventions:
        error.add_note(sentence)


def _chain(error: BaseException | None) -> str:
    """Return the messages of an error and its causes, which pytest shows."""
    messages = []
    while error is not None and str(error) not in messages:
        messages.append(str(error))
        error = error.__cause__ or error.__context__
    return "\n".join(messages)


def enforce(mock: CerebrasMock, item: pytest.Item) -> None:
    """
    If the mock stopped an activity of the app, fail the test, although it passed.

    In a strict run, verdicts fail the test as well, and so does a scenario or fault that never
    acted.
    """
    mock.collector.finish(raised=has_raised(item))
    if interventions := mock.new_interventions():
        pytest.fail("\n".join(interventions), pytrace=False)
    if nothing := _unmet(mock, item):
        pytest.fail("\n".join(["the test passed, but proves nothing:", *nothing]), pytrace=False)
    accepted = item.config.stash.get(BASELINE, None)
    found = [
        (name, verdict)
        for name, verdict in mock.guilty()
        if accepted is None or not accepted.accepts(item.nodeid, verdict)
    ]
    item.stash[_FAILED] = bool(found)
    if found:
        lines = [line for _, verdict in found for line in verdict.lines()]
        wrong = "\n".join(["the test passed, but the client made mistakes:", *lines])
        pytest.fail(wrong, pytrace=False)


def _unmet(mock: CerebrasMock, item: pytest.Item) -> list[str]:
    """
    In a strict run, return a sentence for each chosen scenario and fault that never acted.

    If the matrix chose the test's scenario, a scenario that the test plays itself need not act.
    """
    by = naming(item)
    in_matrix = by is Naming.NOBODY and scenario_of(item) is not None
    excused = mock.settings.allow_unmet or by is Naming.EXCUSED
    if mock.settings.strict is None or in_matrix or excused:
        return []
    return list(unmet(mock.rounds, by, knows=mock.found_nothing))


def went_through(
    item: pytest.Item, mock: CerebrasMock | None, raises: Iterable[type[BaseException]]
) -> str:
    """Return the message for a test that did not raise the expected exception."""
    named = " or ".join(each.__name__ for each in raises)
    message = f"expected {named} under {scenario_of(item)!r}, but the test raised nothing"
    why = why_cell_unmet(mock.rounds) if mock else None
    return f"{message}: the scenario did not act: {why}" if why else message


def failed_by_verdict(item: pytest.Item) -> bool:
    """Return whether a test fails only because of a verdict."""
    return item.stash.get(_FAILED, False)


def note(
    mock: CerebrasMock, item: pytest.Item, report: pytest.TestReport
) -> list[tuple[str, Verdict]]:
    """
    Note scenario and verdicts in the report, and whether a verdict failed the test.

    Returns the verdicts that no intervention has reported, each with the name of its scenario.
    """
    if report.failed and failed_by_verdict(item):
        setattr(report, FAILED_BY_VERDICT, True)
    noted: list[tuple[str, object]] = [(SCENARIO, scenario_of(item) or mock.scenario.name)]
    if money.is_asked(item.config):
        noted += money.notes(mock)
    if report.passed and scenario_of(item) is not None and why_cell_unmet(mock.rounds):
        noted.append((UNMET, "not-met"))
    if BASELINE in item.config.stash:
        baseline.note(report, (verdict for _, verdict in mock.guilty(STRICT[0])))
    reported = mock.interventions if report.failed else {}
    judged = [one for one in mock.judged() if one[1].sentence not in reported]
    for scenario, verdict in judged:
        kind = VERDICT if verdict.certainty == "certain" else ADVICE
        noted.append((kind, _line(scenario, verdict)))
    item.user_properties += noted
    report.user_properties += noted
    return judged


def _line(scenario: str, verdict: Verdict) -> str:
    seen = f" ({verdict.evidence})" if verdict.exchanges else ""
    return f"{verdict.rule} under {scenario!r}: {verdict.sentence}{seen}"
