"""Runs a test under a story, in the same pytest run, and returns what happened."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field

import pytest

from mockserver.engine.rehearsal import Sent, could_act, sent_in
from mockserver.scenario import Rule, Scenario
from pytest_cerebras.chaos.deadline import Deadline
from pytest_cerebras.chaos.twins import run_again, twin_of
from pytest_cerebras.session.mock import CerebrasMock
from pytest_cerebras.settings.names import MARKER
from pytest_cerebras.settings.options import PLAYED

from .observing import outcome_of
from .outcome import Outcome, Seen
from .story import Story, Trouble, scenario_of

_NOTHING = Outcome((), usable=False)
_RUN = pytest.StashKey["Run"]()
_MOST_REQUESTS = 500


@dataclass(slots=True)
class Run:
    """
    A run of a test under a scenario, while it goes on and afterwards.

    ``report`` is that of its call, or of the set-up that failed. ``sent`` has the requests.
    ``own_scenario`` says that the test chose a scenario or a fault itself.
    """

    scenario: Scenario
    allowed: tuple[type[BaseException], ...] = ()
    outcome: Outcome = _NOTHING
    report: pytest.TestReport | None = None
    sent: tuple[Sent, ...] = ()
    own_scenario: bool = False
    passed: bool = False


class Replaying:
    """The hooks that observe the runs of stories; other tests are none of its business."""

    def __init__(self) -> None:
        self.deadline = Deadline(10.0)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, None, None]:
        """Put the deadline on the run of a story."""
        mock = _mock_of(item)
        if _RUN not in item.stash or mock is None:
            return (yield)
        mock.deadline = self.deadline
        self.deadline.begin()
        try:
            return (yield)
        finally:
            self.deadline.end()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Note the outcome of the run of a story."""
        report = yield
        run = item.stash.get(_RUN, None)
        if run is not None and call.when != "teardown":
            run.report = report
            mock = _mock_of(item)
            if call.when == "call" and mock is not None:
                self._note(run, mock, item, call, report)
        return report

    def run(
        self, item: pytest.Item, scenario: Scenario, allowed: tuple[type[BaseException], ...]
    ) -> Run:
        """Run a test under a scenario."""
        twin = twin_of(item)
        twin.stash[PLAYED] = scenario
        twin.stash[_RUN] = run = Run(scenario, allowed)
        run_again(twin, item)
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
        run.sent = sent_in(rounds[0].happened.journal, rounds[0].started, mock.api_key)


@dataclass(slots=True)
class Effects:
    """Knows which troubles can do anything to a request, by trying them in the engine."""

    samples: dict[object, Sent] = field(default_factory=dict[object, Sent])
    known: dict[tuple[object, Trouble], bool] = field(
        default_factory=dict[tuple[object, Trouble], bool]
    )

    def learn(self, run: Run) -> None:
        """Keep one request of each shape."""
        warmed = [one for one in run.sent if not one.request.path.endswith("/tcp_warming")]
        for seen, sent in zip(run.outcome.requests, warmed, strict=False):
            self.samples.setdefault(seen.shape, sent)

    def can_act(self, seen: Seen, trouble: Trouble) -> bool:
        """Return whether a trouble can do anything to a request of this shape."""
        key = seen.shape, trouble
        if key not in self.known:
            sample = self.samples.get(seen.shape)
            alone = Scenario("alone", rules=(Rule(sequence=(trouble.typed,)),))
            self.known[key] = sample is None or could_act(alone, (sample,))
        return self.known[key]


def story_scenario(story: Story) -> Scenario:
    """Return the scenario of a story; without steps, nothing goes wrong."""
    return scenario_of(story) if story else Scenario("healthy")


def _mock_of(item: pytest.Item) -> CerebrasMock | None:
    found: CerebrasMock | None = (getattr(item, "funcargs", None) or {}).get(MARKER)
    return found
