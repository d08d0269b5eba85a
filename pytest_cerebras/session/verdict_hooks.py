"""Brings the verdicts on a client into pytest: as notes of a test, or as its failure."""

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

from . import baseline
from .baseline import BASELINE
from .mock import CerebrasMock
from .rounds import unmet, why_cell_unmet

_FAILED = pytest.StashKey[bool]()


def stoppable(mock: CerebrasMock) -> AbstractContextManager[None]:
    """Stop a test in which virtual time has run away, or that asks on, whatever it catches."""
    from pytest_cerebras.clock.interrupt import Interruption

    reasons = (mock.clock, mock.live.budget)
    return Interruption(*(reason for reason in reasons if reason is not None))


def explain(mock: CerebrasMock, error: BaseException) -> None:
    """
    Add to the error of a test what the mock has broken off, unless it says so.

    Raises another one where it has ended a stall: what the client met then, no server has done.
    """
    mock.collector.finish(raised=True)
    interventions = mock.new_interventions(_chain(error))
    if mock.live.stalled and interventions:
        found = pytest.fail.Exception("\n".join(interventions))
        raise found.with_traceback(error.__traceback__) from None
    for sentence in interventions:
        error.add_note(sentence)


def _chain(error: BaseException | None) -> str:
    """Return what pytest shows of an error: its message, and those of its causes."""
    said = []
    while error is not None and str(error) not in said:
        said.append(str(error))
        error = error.__cause__ or error.__context__
    return "\n".join(said)


def enforce(mock: CerebrasMock, item: pytest.Item) -> None:
    """
    Fail a test that went well, but in which the mock has broken something off.

    When the run is strict, verdicts fail it too, and that nothing of what it names has happened.
    """
    mock.collector.finish(raised=has_raised(item))
    if interventions := mock.new_interventions():
        pytest.fail("\n".join(interventions), pytrace=False)
    if nothing := _unmet(mock, item):
        pytest.fail("\n".join(["the test went well, but says nothing:", *nothing]), pytrace=False)
    accepted = item.config.stash.get(BASELINE, None)
    found = [
        (name, verdict)
        for name, verdict in mock.guilty()
        if accepted is None or not accepted.accepts(item.nodeid, verdict)
    ]
    item.stash[_FAILED] = bool(found)
    if found:
        lines = [line for _, verdict in found for line in verdict.lines()]
        wrong = "\n".join(["the test went well, the client did not:", *lines])
        pytest.fail(wrong, pytrace=False)


def _unmet(mock: CerebrasMock, item: pytest.Item) -> list[str]:
    """
    Return what a test names and has never met, where the run is strict about it.

    Under the scenarios of the matrix a test may not come as far as what it plays itself.
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
    """Return what to say of a test that has not raised what it was expected to raise."""
    named = " or ".join(each.__name__ for each in raises)
    said = f"expected {named} under {scenario_of(item)!r}, but the test went through"
    why = why_cell_unmet(mock.rounds) if mock else None
    return f"{said}: nothing of it has happened: {why}" if why else said


def failed_by_verdict(item: pytest.Item) -> bool:
    """Whether a test has failed, or will, for nothing but a verdict."""
    return item.stash.get(_FAILED, False)


def note(
    mock: CerebrasMock, item: pytest.Item, report: pytest.TestReport
) -> list[tuple[str, Verdict]]:
    """
    Note scenario and verdicts in the report, and whether they are why the test failed.

    Returns the verdicts that nothing else has told, with the names of their scenarios.
    """
    if report.failed and failed_by_verdict(item):
        setattr(report, FAILED_BY_VERDICT, True)
    under = (SCENARIO, scenario_of(item) or mock.scenario.name)
    item.user_properties.append(under)
    report.user_properties.append(under)
    if report.passed and scenario_of(item) is not None and why_cell_unmet(mock.rounds):
        report.user_properties.append((UNMET, "not-met"))
        item.user_properties.append((UNMET, "not-met"))
    if BASELINE in item.config.stash:
        baseline.note(report, (verdict for _, verdict in mock.guilty(STRICT[0])))
    told = mock.interventions if report.failed else {}
    judged = [one for one in mock.judged() if one[1].sentence not in told]
    for scenario, verdict in judged:
        kind = VERDICT if verdict.certainty == "certain" else ADVICE
        noted = (kind, _line(scenario, verdict))
        item.user_properties.append(noted)
        report.user_properties.append(noted)
    return judged


def _line(scenario: str, verdict: Verdict) -> str:
    seen = f" ({verdict.evidence})" if verdict.exchanges else ""
    return f"{verdict.rule} under {scenario!r}: {verdict.sentence}{seen}"
