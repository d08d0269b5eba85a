"""Repeats a test under a story, in the same pytest run, and returns the outcome."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import pytest

from mockserver.api.model.tokens import count
from mockserver.engine.rehearsal import Sent, sent_in
from mockserver.scenario import Scenario
from pytest_cerebras.chaos.deadline import RunsUnderDeadline, mock_of
from pytest_cerebras.chaos.twins import run_again, twin_of
from pytest_cerebras.session.mock import CerebrasMock
from pytest_cerebras.settings.options import PLAYED

from .observing import outcome_of
from .outcome import Outcome
from .story import Story, scenario_of

_NOTHING = Outcome((), usable=False)
_RUN = pytest.StashKey["Run"]()
_MOST_REQUESTS = 500
_BRIEF, _SHORT = "line", "short"  # as in --tb=line


@dataclass(slots=True)
class Run:
    """
    A run of a test under a scenario. Its values are filled in while the test runs.

    ``report`` is pytest's report on the call phase, or on a failed set-up. ``sent`` has the
    requests. ``own_scenario``: the test chose a scenario or a fault itself. ``tokens`` has two
    numbers for each completion: its tokens of reasoning and all its tokens.
    """

    scenario: Scenario
    allowed: tuple[type[BaseException], ...] = ()
    outcome: Outcome = _NOTHING
    report: pytest.TestReport | None = None
    sent: tuple[Sent, ...] = ()
    own_scenario: bool = False
    passed: bool = False
    tokens: tuple[tuple[int, int], ...] = ()


class Replaying(RunsUnderDeadline):
    """The hooks that observe the runs of stories; they ignore other runs."""

    def __init__(self) -> None:
        super().__init__(_RUN)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Note the outcome of the run of a story."""
        report = yield
        run = item.stash.get(_RUN, None)
        if run is not None and call.when != "teardown":
            run.report = report
            mock: CerebrasMock | None = mock_of(item)
            if call.when == "call" and mock is not None:
                self._note(run, mock, item, call, report)
        return report

    def run(
        self,
        item: pytest.Item,
        scenario: Scenario,
        allowed: tuple[type[BaseException], ...],
        *,
        is_shown: bool = False,
    ) -> Run:
        """
        Run a test under a scenario.

        Only a run whose report is shown gets the traceback style that the user chose, because
        formatting a traceback takes pytest far longer than running the test.
        """
        twin = twin_of(item)
        twin.stash[PLAYED] = scenario
        twin.stash[_RUN] = run = Run(scenario, allowed)
        wanted = item.config.option.tbstyle
        shown = _SHORT if wanted == "auto" else wanted
        item.config.option.tbstyle = shown if is_shown else _BRIEF
        try:
            run_again(twin, item)
        finally:
            item.config.option.tbstyle = wanted
        return run

    def _note(
        self,
        run: Run,
        mock: CerebrasMock,
        item: pytest.Item,
        call: pytest.CallInfo[None],
        report: pytest.TestReport,
    ) -> None:
        rounds = mock.rounds
        run.own_scenario = len(rounds) > 1 or any(one.is_named or one.injected for one in rounds)
        run.passed = report.passed
        if mock.journal.count > _MOST_REQUESTS and not mock.live.budget:
            return
        error = call.excinfo.value if call.excinfo else None
        run.outcome = outcome_of(mock, item, error, run.allowed, self.deadline.error)
        run.tokens = tuple(
            (count(one.reasoning), one.completion_tokens)
            for one in mock.journal.exchanges
            if one.completion_tokens and not (one.gist and one.gist.answer_cut)
        )
        run.sent = sent_in(rounds[0].happened.journal, rounds[0].started, mock.api_key)


def story_scenario(story: Story) -> Scenario:
    """Return the scenario of a story; a story without steps has a scenario without faults."""
    return scenario_of(story) if story else Scenario("healthy")
