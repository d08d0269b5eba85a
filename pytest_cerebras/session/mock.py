"""The object that a test holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import environ
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mockserver.core.errors import MockServerError
from mockserver.edge.live import Overrides
from mockserver.engine import Engine
from mockserver.faults import Fault
from mockserver.journal import Journal
from mockserver.scenario import Match, Scenario, injection
from mockserver.verdicts import Case, Verdict, judge
from pytest_cerebras import egress

from .asserting import Asserting
from .base_urls import base_urls
from .place import REAL_URL, Place
from .rounds import Round, found
from .side_effects import SideEffects

if TYPE_CHECKING:
    from pytest_cerebras.clock import Sleep, VirtualClock
    from pytest_cerebras.observe.evidence_collector import EvidenceCollector
    from pytest_cerebras.settings.options import Settings


class CerebrasMock(Asserting):
    """
    A mock of the Cerebras API.

    ``url`` is its base URL as the Cerebras SDK wants it (without ``/v1``). ``live`` answers, for
    this test and all others. ``side_effects`` are
    the tools that the app runs, as far as somebody records them. ``interventions`` are sentences
    on what the mock has broken off, by which the test has failed; ``found_nothing`` says that the
    test has looked for requests, and there were none. ``collector`` has seen what the app made of
    the answers; ``settings`` are those of the test.
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
        self.interventions: dict[str, None] = {}
        self.found_nothing = False
        self.url = place.url
        self._base_urls = base_urls(place.url, environ)

    @property
    def engine(self) -> Engine:
        """What plays the scenario, and has its journal."""
        return self._last or self.live.engine

    @property
    def journal(self) -> Journal:
        """What this test has caused, without what is left over from earlier ones."""
        self._settle()
        return self.engine.journal.own()

    @property
    def strays(self) -> list[str]:
        """What earlier tests have left over, and was stopped on its way out; a sentence each."""
        return self._guard_log.strays

    @property
    def escapes(self) -> list[str]:
        """The requests of this test to the real API, which were stopped; a sentence each."""
        return self._guard_log.escapes

    def _settle(self) -> None:
        """Count as this test's what has turned out to be at work for it."""
        for exchange in self.engine.journal.exchanges:
            if exchange.from_elsewhere and self._lingering.is_handed(exchange.request.sender):
                exchange.from_elsewhere = ""

    def _looked_at(self) -> Journal:
        """Return the journal to the test, and note whether there is nothing in it."""
        found = self.journal
        self.found_nothing = not found.count
        return found

    def end(self) -> None:
        """Keep what was played last: the server is about to play something else."""
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

        ``parameters`` are values for those of the scenario: ``play("stream-cut", after_tokens=3)``.
        Journal, side effects and limits start afresh. Raises MockServerError when it can't be read
        or has no such parameter.
        """
        __tracebackhide__ = True
        base = self.settings
        overrides = Overrides(
            edition or base.edition, tier or base.tier, base.seed if seed is None else seed
        )
        try:
            self._begin(Round(found(scenario, parameters), is_named=True), overrides)
        except MockServerError as error:
            raise error.with_traceback(None) from None  # its sentence is all that a test needs

    def inject(
        self,
        fault: Fault | Mapping[str, Any],
        *,
        times: int | None = None,
        match: Match | Mapping[str, Any] | None = None,
    ) -> None:
        """
        Break what comes next by a fault, before any rule of the scenario is asked.

        ``fault`` is a value such as ``Error(status=503)``, or a mapping as in YAML; ``times`` is
        how many requests it takes, None for all; ``match`` says which, as in a rule. It holds until
        a scenario is started. Raises DocumentError for what is no fault or no match.
        """
        __tracebackhide__ = True
        try:
            rule = injection.injected(fault, times=times, match=match)
        except MockServerError as error:
            raise error.with_traceback(None) from None
        self.live.inject(rule)
        self._round.injected.append(rule)

    def reset(self) -> None:
        """Start the scenario again from its beginning, without what was injected."""
        self._begin(self._round.again())

    def _begin(self, begun: Round, overrides: Overrides | None = None) -> None:
        ended = self._now()
        self.live.play(begun.scenario, overrides)
        self.side_effects.clear()
        self._ended.append(ended)
        self._round, self._knocked = begun, self._refused.count

    def _now(self) -> Round:
        """Return the round that is being played, with what has happened in it."""
        if self._round.scenario.name != self.scenario.name:  # somebody has used the admin API
            self._round = Round(self.scenario)
        self._round.case = self._case()
        self._round.started = self.engine.started
        self._round.was_unreachable = self._refused.count > self._knocked
        return self._round

    @property
    def rounds(self) -> list[Round]:
        """What the test has played, one after the other, and what happened."""
        return [*self._ended, self._now()]

    @property
    def was_unreachable(self) -> bool:
        """Whether the app tried to connect while a scenario had the port shut."""
        return self._refused.count > 0

    def new_interventions(self, told: str = "") -> list[str]:
        """
        Return what the mock has broken off, once: a sentence each, to fail the test with.

        Sentences that ``told``, what is shown anyway, contains are left out.
        """
        ran_away = [str(self._clock.error)] if self._clock and self._clock.error else []
        if self._endless is None and self.live.budget is not None:
            self._endless = self.live.budget.sentence()  # by its first count
        endless = [self._endless] if self._endless else []
        stall = self.live.stalled[:1]  # all of them are seen among the exchanges
        found = dict.fromkeys([*stall, *endless, *self._guard_log.stopped, *ran_away])
        new = [sentence for sentence in found if sentence not in self.interventions]
        self.interventions.update(dict.fromkeys(new))
        return [sentence for sentence in new if sentence not in told]

    def guilty(self, strict: str | None = None) -> list[tuple[str, Verdict]]:
        """
        Return the verdicts that count, with the names of their scenarios.

        Those are what the run is ``strict`` about, or else what the argument says.
        """
        strict = self.settings.strict or strict
        return [
            (name, found)
            for name, found in (self.judged() if strict else ())
            if strict in (found.certainty, "all")
        ]

    @property
    def verdicts(self) -> Sequence[Verdict]:
        """What the client did wrong, but for what the marker ignores; since the scenario began."""
        return self.judge(self._case())

    def judged(self) -> list[tuple[str, Verdict]]:
        """Return the verdicts of all scenarios that the test has played, with their names."""
        return [(name, found) for name, case in self.played() for found in self.judge(case)]

    def played(self) -> list[tuple[str, Case]]:
        """Return all scenarios that the test has played, and what happened under each."""
        return [(one.scenario.name, one.happened) for one in self.rounds]

    def judge(self, case: Case) -> tuple[Verdict, ...]:
        """Return the verdicts on a case, but for what the marker ignores."""
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
        """The virtual clock; None when the test lives in real time."""
        return self._clock

    @property
    def sleeps(self) -> Sequence[Sleep]:
        """What slept under the virtual clock: how long, when, by what, in which thread."""
        return self._virtual_clock().sleeps

    @property
    def waits(self) -> list[float]:
        """The seconds of each sleep of the app under the virtual clock, in order."""
        return [sleep.seconds for sleep in self.sleeps]

    def advance(self, seconds: float) -> None:
        """
        Let so many seconds pass at once, for the app and the mock, under the virtual clock.

        Raises RuntimeError under another clock.
        """
        self._virtual_clock().advance(seconds)

    def _virtual_clock(self) -> VirtualClock:
        if self._clock is None:
            raise RuntimeError(
                "this needs the virtual clock: pytest --cerebras-clock virtual, or "
                '@pytest.mark.cerebras_mock(clock="virtual")'
            )
        return self._clock

    def env(self) -> dict[str, str]:
        """
        Return the variables that point an app in another process at the mock.

        Raises RuntimeError in respx mode, where there is nothing that another process could reach.
        """
        if self.url == REAL_URL:
            raise RuntimeError(
                "cerebras_mock.env() is for other processes, and respx mode has no server for "
                "them: run this test in server mode"
            )
        return self.variables()

    def variables(self) -> dict[str, str]:
        """Return the variables that the environment has while the mock is active."""
        return {
            "CEREBRAS_API_KEY": self.api_key,
            "OPENAI_API_KEY": self.api_key,
            **self._base_urls,
            **self._guard_log.variables(),
        }
