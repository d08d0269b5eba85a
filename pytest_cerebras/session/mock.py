"""The mock that the fixture ``cerebras_mock`` yields to a test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import environ
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mockserver.core.errors import DroppedError, MockServerError
from mockserver.edge.live import Overrides
from mockserver.engine import Engine
from mockserver.faults import Fault
from mockserver.journal import Journal
from mockserver.scenario import Match, Scenario, injection
from mockserver.scenario.status_page import answering
from mockserver.verdicts import Case, Verdict, judge
from mockserver.verdicts.money.spending import Spending
from pytest_cerebras import egress

from .asserting import Asserting
from .base_urls import base_urls
from .place import REAL_URL, Place
from .rounds import Round, found
from .side_effects import SideEffects

if TYPE_CHECKING:
    from pytest_cerebras.clock import Sleep, VirtualClock
    from pytest_cerebras.clock.interrupt import Reason
    from pytest_cerebras.observe.evidence_collector import EvidenceCollector
    from pytest_cerebras.settings.options import Settings


class CerebrasMock(Asserting):
    """
    A mock of the Cerebras API.

    ``url`` is its base URL as the Cerebras SDK expects it (without ``/v1``). ``live`` is the engine
    that answers all tests. ``side_effects`` has the side effects that the app recorded.
    ``interventions`` has a sentence for each activity of the app that the mock stopped; these fail
    the test. ``found_nothing`` is true if the test read the recorded requests, and there were none.
    ``was_asked`` is true if the test read the recorded requests or the verdicts. ``collector``
    collects evidence of how the app used the answers. ``settings`` are those of the test.
    ``deadline`` stops the test after too much processor time or real time.
    """

    def __init__(
        self,
        place: Place,
        settings: Settings,
        guard_log: egress.GuardLog,
        collector: EvidenceCollector,
        clock: VirtualClock | None = None,
    ) -> None:
        self.live = place.live
        self.settings = settings
        self._guard_log = guard_log
        self.collector = collector
        self._refused = place.refused
        self._lingering = place.callers.lingering
        self._clock = clock
        self.side_effects = SideEffects(self.live.clock.now, place.callers.current)
        self._ended: list[Round] = []
        self._round = Round(settings.loaded())
        self._knocked = 0
        self._last: Engine | None = None
        self._endless: str | None = None
        self._excess: list[str] = []
        self.interventions: dict[str, None] = {}
        self.found_nothing = False
        self.was_asked = False
        self.deadline: Reason | None = None
        self.url = place.url
        self._base_urls = base_urls(place.url, environ)
        self._turning = place.variables

    @property
    def status_url(self) -> str:
        """
        The URL of the status page, which follows the scenario.

        ``{status_url}/api/v2/status.json`` and ``summary.json`` are its API. In respx mode it is
        the URL of the real page, and respx passes the requests for this page to the mock.
        """
        return (
            f"https://{answering.HOST}" if self.url == REAL_URL else f"{self.url}{answering.PATH}"
        )

    @property
    def engine(self) -> Engine:
        """The engine that plays the scenario and keeps its journal."""
        return self._last or self.live.engine

    @property
    def journal(self) -> Journal:
        """The exchanges of this test, without those of work left over from earlier tests."""
        self._settle()
        return self.engine.journal.own()

    @property
    def strays(self) -> list[str]:
        """A sentence for each stopped request of work left over from an earlier test."""
        return self._guard_log.strays

    @property
    def escapes(self) -> list[str]:
        """A sentence for each request of this test to the real API; each of these was stopped."""
        return self._guard_log.escapes

    @property
    def overspent(self) -> list[str]:
        """A list of one sentence if the test exceeded its budget; otherwise an empty list."""
        return self._excess

    @property
    def asked_hosts(self) -> list[str]:
        """The names of other hosts to which this test sent requests, each once."""
        return self._guard_log.asked

    def _settle(self) -> None:
        """Attribute exchanges to this test if their sender turned out to work for this test."""
        for exchange in self.engine.journal.exchanges:
            if exchange.from_elsewhere and self._lingering.is_handed(exchange.request.sender):
                exchange.from_elsewhere = ""

    def _looked_at(self) -> Journal:
        """Return the journal that the test is about to read, and note whether it is empty."""
        self.was_asked = True
        found = self.journal
        self.found_nothing = not found.count
        return found

    def end(self) -> None:
        """Keep the last engine, because the server will start another scenario."""
        self._last = self.live.engine

    def play(
        self,
        scenario: str | Path | Scenario,
        *,
        edition: str | None = None,
        tier: str | None = None,
        seed: int | None = None,
        **parameters: object,
    ) -> None:
        """
        Start a scenario: a shipped name, the path of a YAML file, or a ``Scenario``.

        ``parameters`` are values for the scenario's parameters:
        ``play("stream-cut", after_tokens=3)``. Journal, side effects and limits start anew. Raises
        MockServerError if the scenario can't be read or does not have one of the parameters.
        """
        __tracebackhide__ = True
        base = self.settings
        overrides = Overrides(
            edition or base.edition, tier or base.tier, base.seed if seed is None else seed
        )
        try:
            self._begin(Round(found(scenario, parameters), is_named=True), overrides)
        except MockServerError as error:
            raise error.with_traceback(None) from None  # the sentence is enough

    def inject(
        self,
        fault: Fault | Mapping[str, Any],
        *,
        times: int | None = None,
        match: Match | Mapping[str, Any] | None = None,
    ) -> None:
        """
        Apply a fault to the next requests, before any rule of the scenario.

        ``fault`` is a value such as ``Error(status=503)``, or a mapping as in YAML. It applies to
        the next ``times`` requests, or to all if ``times`` is None. ``match`` selects these
        requests, as in a rule. The fault stays until a scenario is started. Raises DocumentError
        for an invalid fault or match.
        """
        __tracebackhide__ = True
        try:
            rule = injection.injected(fault, times=times, match=match)
        except MockServerError as error:
            raise error.with_traceback(None) from None
        alone = self.settings.as_played(Scenario(rule.name or "injected", rules=(rule,)))
        self.live.inject(alone.rules[0])
        self._round.injected.append(rule)

    def reset(self) -> None:
        """Start the scenario again from its beginning, without the injected faults."""
        self._begin(self._round.again())

    def _begin(self, begun: Round, overrides: Overrides | None = None) -> None:
        ended = self._now()
        self.live.play(self.settings.as_played(begun.scenario), overrides)
        self.side_effects.clear()
        self._ended.append(ended)
        self._round, self._knocked = begun, self._refused.count

    def _now(self) -> Round:
        """Return the current round with its exchanges so far."""
        if self._round.scenario.name != self.scenario.name:  # changed by the admin API
            self._round = Round(self.scenario)
        self._round.case = self._case()
        self._round.started = self.engine.started
        self._round.was_unreachable = self._refused.count > self._knocked
        return self._round

    @property
    def rounds(self) -> list[Round]:
        """The scenarios of the test so far, in order, with their exchanges."""
        return [*self._ended, self._now()]

    @property
    def was_unreachable(self) -> bool:
        """Whether the app tried to connect while a scenario kept the port shut."""
        return self._refused.count > 0

    def new_interventions(self, shown: str = "") -> list[str]:
        """
        Return a sentence for each new reason why the test fails.

        The reasons are activities that the mock stopped, and an exceeded budget in dollars.

        Sentences in ``shown`` are left out, because the user sees this text anyway.
        """
        ran_away = [str(self._clock.error)] if self._clock and self._clock.error else []
        if self._endless is None and self.live.budget is not None:
            self._endless = self.live.budget.sentence()  # keep the first count
        endless = [self._endless] if self._endless else []
        stall = self.live.stalled[:1]  # one is enough, because the exchanges show all
        spent = self._overspent()
        found = dict.fromkeys([*stall, *endless, *self._guard_log.stopped, *ran_away, *spent])
        new = [sentence for sentence in found if sentence not in self.interventions]
        self.interventions.update(dict.fromkeys(new))
        return [sentence for sentence in new if sentence not in shown]

    def _overspent(self) -> list[str]:
        """
        Return a list of one sentence if the test exceeded its budget; otherwise an empty list.

        The sentence never changes, even if the test spends more.
        """
        budget = self.settings.budget
        if budget is None or self._excess:
            return self._excess
        try:
            found = self.spending().excess(budget)
        except DroppedError as error:
            found = f"the budget can't be checked: {error}"
        self._excess += [found] if found else []
        return self._excess

    def spending(self) -> Spending:
        """
        Return the cost of the test in all its scenarios.

        Raises DroppedError if a journal dropped requests.
        """
        return Spending.of(case for _, case in self.played())

    def guilty(self, strict: str | None = None) -> list[tuple[str, Verdict]]:
        """
        Return the verdicts that fail a strict run, each with the name of its scenario.

        If the run itself is not strict, ``strict`` says which verdicts to return.
        """
        strict = self.settings.strict or strict
        return [
            (name, found)
            for name, found in (self.judged() if strict else ())
            if strict in (found.certainty, "all")
        ]

    @property
    def verdicts(self) -> Sequence[Verdict]:
        """The verdicts since the scenario began, without those that the marker says to ignore."""
        self.was_asked = True
        return self.judge(self._case())

    def judged(self) -> list[tuple[str, Verdict]]:
        """Return the verdicts of all scenarios of the test, each with the name of its scenario."""
        return [(name, found) for name, case in self.played() for found in self.judge(case)]

    def played(self) -> list[tuple[str, Case]]:
        """Return the names of all scenarios of the test, each with its case."""
        return [(one.scenario.name, one.happened) for one in self.rounds]

    def judge(self, case: Case) -> tuple[Verdict, ...]:
        """Return the verdicts on a case, without those that the marker says to ignore."""
        return judge(case, ignore=self.settings.ignored)

    def _case(self) -> Case:
        return Case(
            self.journal,
            self.engine.edition,
            self.escapes,
            self.side_effects,
            evidence=self.collector.evidence,
            other_model=self.engine.other_model,
        )

    @property
    def clock(self) -> VirtualClock | None:
        """The virtual clock; None if the test runs in real time."""
        return self._clock

    @property
    def sleeps(self) -> Sequence[Sleep]:
        """The sleeps under the virtual clock, each with its length, time, function and thread."""
        return self._virtual_clock().sleeps

    @property
    def waits(self) -> list[float]:
        """The seconds of each sleep of the app under the virtual clock, in order."""
        return [sleep.seconds for sleep in self.sleeps]

    def advance(self, seconds: float) -> None:
        """
        Advance the virtual clock of the app and the mock by some seconds, without a wait.

        Raises RuntimeError under the real clock.
        """
        self._virtual_clock().advance(seconds)

    def _virtual_clock(self) -> VirtualClock:
        if self._clock is None:
            raise RuntimeError(
                "this needs the virtual clock: use pytest --cerebras-clock virtual, or "
                '@pytest.mark.cerebras_mock(clock="virtual")'
            )
        return self._clock

    def env(self) -> dict[str, str]:
        """
        Return the variables that point an app in another process to the mock.

        Raises RuntimeError in respx mode, where no other process can reach the mock.
        """
        if self.url == REAL_URL:
            raise RuntimeError(
                "cerebras_mock.env() is for other processes, and respx mode has no server for "
                "them: run this test in server mode"
            )
        return self.variables()

    def variables(self) -> dict[str, str]:
        """Return the environment variables that are set while the mock is active."""
        return {
            "CEREBRAS_API_KEY": self.api_key,
            "OPENAI_API_KEY": self.api_key,
            **self._base_urls,
            **self._guard_log.variables(),
            **self._turning,
        }
