"""
The scenarios that a test played, and whether these acted. Each play of a scenario is a round.

A test whose own scenario never acts proves nothing, even if the test passes.
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

_WAY_OUT = "make it act, or mark the test with allow_unmet=True"


@dataclass(slots=True, eq=False)
class Round:
    """
    One play of a scenario, from its start until this or another scenario is started.

    ``is_named`` is true if the test chose the scenario with ``play``. ``injected`` has the rules of
    the faults that the test injected. ``case`` has the events of the round. ``was_unreachable`` is
    true if the app tried to connect while the port was shut. ``started`` is in seconds since the
    epoch.
    """

    scenario: Scenario
    is_named: bool = False
    injected: list[Rule] = field(default_factory=list[Rule])
    case: Case | None = None
    was_unreachable: bool = False
    started: float = 0.0

    def again(self) -> Round:
        """Return the round that begins when the scenario is started again."""
        return Round(self.scenario, self.is_named)

    @property
    def happened(self) -> Case:
        """The case of the round, which ``CerebrasMock.rounds`` has set."""
        assert self.case is not None  # noqa: S101 (``CerebrasMock.rounds`` has set it)
        return self.case

    @property
    def is_met(self) -> bool:
        """Whether any part of the scenario has acted."""
        return met(self.scenario, self.happened.journal, unreachable=self.was_unreachable)

    @property
    def why_unmet(self) -> str:
        """The reason why the scenario has had no effect."""
        return why_unmet(self.scenario, self.happened.journal)


def found(scenario: str | Path | Scenario, parameters: Mapping[str, object]) -> Scenario:
    """Return the scenario that a test chose, with its parameters. Raises MockServerError."""
    if not isinstance(scenario, Scenario):
        return load(str(scenario), parameters)
    if parameters:
        raise UnknownNameError("parameter of a Scenario", next(iter(parameters)), ())
    return scenario


def why_cell_unmet(rounds: Sequence[Round]) -> str | None:
    """
    Return why no effect of the scenario reached a test.

    The result is None if an effect reached it, or if the scenario has no effects.
    """
    first = rounds[0]
    own = [one for one in rounds if one.scenario == first.scenario]
    if not can_be_met(first.scenario) or any(one.is_met for one in own):
        return None
    return own[-1].why_unmet


def unmet(rounds: Sequence[Round], naming: Naming, *, knows: bool) -> Iterator[str]:
    """
    Yield a sentence for each scenario and each fault that a test chose and that never acted.

    ``naming`` is the source of the scenario of the first round. ``knows`` is true if the test read
    the recorded requests, and there were none.
    """
    seen_before: list[Scenario] = []
    for one in rounds:
        scenario = one.scenario
        chosen = rounds[0].scenario == scenario and not one.is_named
        named = one.is_named or (chosen and naming is not Naming.NOBODY)
        if scenario not in seen_before and named:
            seen_before.append(scenario)
            own = [each for each in rounds if each.scenario == scenario]
            around = chosen and naming is Naming.AROUND
            spared = knows or own[-1] is not rounds[-1] or around
            if _is_unmet(own, spared=spared):
                seen = next((each for each in reversed(own) if each.happened.exchanges), own[-1])
                yield f"{scenario.name!r} did not act: {seen.why_unmet}; {_WAY_OUT}"
        yield from _unmet_faults(one, spared=knows or one is not rounds[-1])


def _is_unmet(rounds: Sequence[Round], *, spared: bool) -> bool:
    """
    Return whether a scenario should have acted but did not.

    A scenario that has only limits and checks need not act, because the client may comply with
    them. A scenario that shuts the port need not act either, because the connection attempts of
    other processes can't be observed. If ``spared`` is true, the scenario need not act on a test
    without requests.
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
            yield f"the injected {faults} did not act: {why}; {_WAY_OUT}"
