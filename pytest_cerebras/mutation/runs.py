"""Runs a test under a mutation, in the same pytest run, and notes how it ends."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from random import Random

import pytest

from mockserver.faults import Context
from mockserver.journal import Exchange
from mockserver.journal.met import felt
from mockserver.plan import expand
from pytest_cerebras.chaos.deadline import RunsUnderDeadline, mock_of
from pytest_cerebras.chaos.naming import Naming, naming
from pytest_cerebras.chaos.twins import run_again, twin_of
from pytest_cerebras.session.mock import CerebrasMock
from pytest_cerebras.settings.options import REWRITTEN

from .judging import End
from .mutations import MUTATIONS, Mutated, Mutation, rewriting

_RUN = pytest.StashKey["Run"]()
_ASSERTING = (AssertionError, pytest.fail.Exception)


@dataclass(slots=True)
class Run:
    """
    A run of a test. Its values are filled in while the test runs.

    ``end`` is None until the call phase is over; if the set-up failed, it stays None. ``exchanges``
    has the exchanges under all scenarios of the run. ``looks``: the test read the requests that the
    mock recorded. ``was_broken``: a fault or a limit of the test's own scenario acted, as the test
    expects. ``changed`` counts the answers that the mutation changed.
    """

    end: End | None = None
    exchanges: list[Exchange] = field(default_factory=list[Exchange])
    looks: bool = False
    was_broken: bool = False
    changed: int = 0

    def note(self) -> None:
        """Count a changed answer."""
        self.changed += 1


class Runs(RunsUnderDeadline):
    """The hooks that observe the runs under mutations; they ignore other runs."""

    def __init__(self) -> None:
        super().__init__(_RUN)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Note how a run ended; a failing teardown counts as well."""
        run = item.stash.get(_RUN, None)
        if run is None:
            return (yield)
        mock: CerebrasMock | None = mock_of(item)
        looks = mock is not None and mock.was_asked
        report = yield
        if call.when == "call":
            run.end, run.looks = _end_of(call, report), looks
            if mock is not None:
                _observe(run, mock, item)
        elif call.when == "teardown" and run.end == "passed" and not report.passed:
            run.end = _end_of(call, report)
        return report

    def run(self, item: pytest.Item, mutation: Mutation | None = None) -> Run:
        """Run a test under a mutation, or unchanged."""
        twin = twin_of(item)
        twin.stash[_RUN] = run = Run()
        twin.stash[REWRITTEN] = rewriting(mutation, run.note) if mutation else lambda one: one
        run_again(twin, item)
        return run


def applicable(run: Run) -> list[Mutation]:
    """Return the mutations that would change an answer of a run that had no mutation."""
    return [one for one in MUTATIONS if _would_act(one, run)]


def _would_act(mutation: Mutation, run: Run) -> bool:
    if mutation.change is None:
        return run.was_broken
    acted: list[None] = []
    fault = Mutated(mutation.change, lambda: acted.append(None))
    for exchange in run.exchanges:
        fault.apply(expand(exchange.plan), Context(Random(0)))
    return bool(acted)


def _end_of(call: pytest.CallInfo[None], report: pytest.TestReport) -> End:
    if report.passed:
        return "passed"
    error = call.excinfo.value if call.excinfo else None
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return "asserted" if error is None or isinstance(error, _ASSERTING) else "raised"


def _observe(run: Run, mock: CerebrasMock, item: pytest.Item) -> None:
    excused = mock.settings.allow_unmet or naming(item) is Naming.EXCUSED
    run.exchanges = [one for _, case in mock.played() for one in case.exchanges]
    acted = any(felt(one) or one.restricted for one in run.exchanges)
    run.was_broken = (acted or mock.was_unreachable) and not excused
