"""
One run of a scenario's rules: which of them takes a request, and what each has taken so far.

What a rule depends on is counted and drawn for it alone, so that it decides the same whatever the
rules beside it draw.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from mockserver.core.credentials import is_credential

from .condition import Condition, failing
from .fates import Fate
from .matching import Match
from .model import START, Rule
from .near_misses import Missed, Why, WrongState
from .schedule import Turn, Turns, When
from .subject import Subject

_NO_RULE, _NOTHING = Rule(), Fate()
_PASSED: When = Condition(
    lambda _: False, lambda turn: f"it was its request {turn.number}, which its sequence lets pass"
)
_ENDED: When = Condition(
    lambda _: False, lambda turn: f"it was its request {turn.number}, and its sequence is over"
)


@dataclass(slots=True)
class Course:
    """What a logical call has met: the state in which it began, and its turn at each rule."""

    state: str = ""
    turns: dict[int, Turn] = field(default_factory=dict[int, Turn])


class Choice(NamedTuple):
    """
    Who answers a request, and what it meets.

    Where no rule does, the honest API answers, and ``missed`` has the reasons.
    """

    rule: Rule
    fate: Fate
    missed: Missed | None = None


class Candidate:
    """A rule in a run: compiled, with its turns; ``number`` is its place among the rules."""

    def __init__(self, rule: Rule, number: int, seed: int) -> None:
        self.rule = rule
        self.number = number
        self.conditions = rule.match.conditions()
        self.turns = Turns(rule.schedule, f"{seed}/rule/{number}")
        self.requires = rule.state.requires
        self.by_call = rule.count_by == "call"
        self._fates = rule.fates

    def fate(self, turn: Turn) -> Fate:
        """Return what the request of a turn meets, one fate of a sequence after the other."""
        last = len(self._fates) - 1
        at = turn.acted - 1
        return self._fates[at % (last + 1) if self.rule.then == "repeat" else min(at, last)]

    def take(self, elapsed: float) -> Turn:
        """Return the next turn; one that the sequence leaves to other rules is refused."""
        turn = self.turns.take(elapsed)
        if self.rule.sequence and turn.refused is None:
            if turn.acted > len(self._fates) and self.rule.then == "pass":
                turn.refused = _ENDED
            elif self.fate(turn).passes:
                turn.refused = _PASSED
        return turn


class Run:
    """
    The candidates in their order, and the state that they share.

    What is injected later is asked before all others, and numbered behind them.
    """

    def __init__(self, rules: Sequence[Rule], seed: int) -> None:
        self.state = START
        self._rules = rules
        self._seed = seed
        self._candidates = [Candidate(rule, at, seed) for at, rule in enumerate(rules)]

    def inject(self, rule: Rule) -> None:
        """Ask this rule first from now on."""
        self._candidates.insert(0, Candidate(rule, len(self._rules), self._seed))
        self._rules = (*self._rules, rule)

    def choose(self, subject: Subject, elapsed: float, course: Course) -> Choice:
        """
        Return who answers, so many seconds after the start of the scenario.

        ``course`` is that of the request's call; what is decided for the call is noted there.
        """
        course.state = course.state or self.state
        whys: dict[int, Why] = {}
        for candidate in self._candidates:
            why: Why | None = failing(candidate.conditions, subject)
            if why is None and (required := candidate.requires) is not None:
                found = course.state if candidate.by_call else self.state
                why = WrongState(found, required) if found != required else None
            if why is None:
                why = turn = self._turn(candidate, elapsed, course)
                if turn.refused is None:
                    return Choice(candidate.rule, candidate.fate(turn))
            whys[candidate.number] = why
        return Choice(_NO_RULE, _NOTHING, Missed(self._rules, whys))

    def may_break(self, subject: Subject) -> bool:
        """
        Whether any rule may break what a request is answered, whenever it acts.

        Credentials are not looked at: of a request that is noted there are none.
        """
        return any(
            rule.breaks and failing(_keyless(rule.match).conditions(), subject) is None
            for rule in self._rules
        )

    def _turn(self, candidate: Candidate, elapsed: float, course: Course) -> Turn:
        """Return the rule's next turn, or the one that the call has had already."""
        at = candidate.number
        if at in course.turns:
            return course.turns[at]
        turn = candidate.take(elapsed)
        if candidate.by_call:
            course.turns[at] = turn
        state = candidate.rule.state.sets
        if turn.refused is None and state is not None:
            self.state = state
        return turn


def _keyless(match: Match) -> Match:
    """Return what a rule is for, of whatever credentials."""
    excluded = match.excluded
    unknown = excluded and (excluded.key or any(map(is_credential, excluded.headers)))
    headers = {name: to for name, to in match.headers.items() if not is_credential(name)}
    return replace(match, key=None, headers=headers, excluded=None if unknown else excluded)
