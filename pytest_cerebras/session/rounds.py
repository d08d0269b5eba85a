"""
What a test has played, one scenario after the other, and whether any of it was met.

A test that names a scenario and never meets it is green for no reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mockserver.core.errors import UnknownNameError
from mockserver.faults import name_of
from mockserver.journal.met import acts_by_rules, can_be_met, met, shuts_port, why_unmet
from mockserver.scenario import Rule, Scenario, load
from mockserver.verdicts import Case
from pytest_cerebras.chaos.naming import Naming

_WAY_OUT = "let it act, or mark the test with allow_unmet=True"


@dataclass(slots=True, eq=False)
class Round:
    """
    A scenario from its beginning until the next one begins, or this one again.

    ``is_named`` says that the test has chosen it by ``play``. ``injected`` are the rules that the
    test has put before its own. ``case`` is what has happened, ``was_unreachable`` whether the app
    has tried to connect while the port was shut. ``started`` is when it has begun, in seconds since
    the epoch.
    """

    scenario: Scenario
    is_named: bool = False
    injected: list[Rule] = field(default_factory=list[Rule])
    case: Case | None = None
    was_unreachable: bool = False
    started: float = 0.0

    def again(self) -> Round:
        """Return the round that begins when the scenario is played from its beginning."""
        return Round(self.scenario, self.is_named)

    @property
    def happened(self) -> Case:
        """What has happened, of a round that has been looked at."""
        assert self.case is not None  # noqa: S101 (``CerebrasMock.rounds`` has put it there)
        return self.case

    @property
    def is_met(self) -> bool:
        """Whether anything of the scenario has happened."""
        return met(self.scenario, self.happened.journal, unreachable=self.was_unreachable)

    @property
    def why_unmet(self) -> str:
        """Why nothing of it has."""
        return why_unmet(self.scenario, self.happened.journal)


def found(scenario: str | Path | Scenario, parameters: Mapping[str, object]) -> Scenario:
    """Return what a test asks for, with values for its parameters. Raises MockServerError."""
    if not isinstance(scenario, Scenario):
        return load(str(scenario), parameters)
    if parameters:
        raise UnknownNameError("parameter of a Scenario", next(iter(parameters)), ())
    return scenario


def why_cell_unmet(rounds: Sequence[Round]) -> str | None:
    """
    Return why a test has met nothing of the scenario that it was run under.

    None when it has met something, or when there is nothing to meet.
    """
    first = rounds[0]
    own = [one for one in rounds if one.scenario == first.scenario]
    if not can_be_met(first.scenario) or any(one.is_met for one in own):
        return None
    return own[-1].why_unmet


def unmet(rounds: Sequence[Round], naming: Naming, *, knows: bool) -> Iterator[str]:
    """
    Yield a sentence for each scenario and each fault that a test names and has never met.

    ``naming`` says who has chosen the scenario of the first round, ``knows`` that the test has
    looked for requests, and there were none.
    """
    told: list[Scenario] = []
    for one in rounds:
        scenario = one.scenario
        chosen = rounds[0].scenario == scenario and not one.is_named
        if scenario not in told and (one.is_named or (chosen and naming is not Naming.NOBODY)):
            told.append(scenario)
            own = [each for each in rounds if each.scenario == scenario]
            around = chosen and naming is Naming.AROUND
            spared = knows or own[-1] is not rounds[-1] or around
            if _is_unmet(own, spared=spared):
                seen = next((each for each in reversed(own) if each.happened.exchanges), own[-1])
                yield f"nothing of {scenario.name!r} has happened: {seen.why_unmet}; {_WAY_OUT}"
        yield from _unmet_faults(one, spared=knows or one is not rounds[-1])


def _is_unmet(rounds: Sequence[Round], *, spared: bool) -> bool:
    """
    Return whether a scenario should have been met and was not.

    Who keeps within its limits and checks does what is hoped for, and connects of other processes
    to a port that is shut are not seen. ``spared`` says that no request at all is no fault.
    """
    scenario = rounds[0].scenario
    if not acts_by_rules(scenario) or shuts_port(scenario) or any(one.is_met for one in rounds):
        return False
    return not spared or any(one.happened.exchanges for one in rounds)


def _unmet_faults(one: Round, *, spared: bool) -> Iterator[str]:
    if spared and not one.happened.exchanges:
        return
    for rule in one.injected:
        alone = Scenario(rule.name, rules=(rule,))
        journal = one.happened.journal
        if not met(alone, journal):
            faults = ", ".join(name_of(fault) for action in rule.actions for fault in action.faults)
            why = why_unmet(alone, journal)
            yield f"the injected {faults} has not acted: {why}; {_WAY_OUT}"
