"""
Decides which rule of a scenario takes a request, and keeps the rules' counts for one run.

Each rule has its own counter and its own random stream, so its decisions do not depend on the draws
of other rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from mockserver.core.credentials import is_credential

from .actions import RuleAction
from .matching import Match
from .model import START, Rule
from .near_misses import Mismatch, NoMatch, WrongState
from .predicate import Predicate, first_failing
from .request_view import RequestView
from .schedule import Trial, TrialPredicate, Trials

_NO_RULE, _NOTHING = Rule(), RuleAction()
_PASSED: TrialPredicate = Predicate(
    lambda _: False,
    lambda trial: f"counted as request {trial.number}, which its sequence lets pass",
)
_ENDED: TrialPredicate = Predicate(
    lambda _: False, lambda trial: f"counted as request {trial.number}, and its sequence is over"
)


@dataclass(slots=True)
class CallProgress:
    """The state of the scenario when a logical call began, and the trials of this call."""

    state: str = ""
    trials: dict[int, Trial] = field(default_factory=dict[int, Trial])


class Decision(NamedTuple):
    """
    The rule that takes a request, and its action.

    If no rule takes the request, the mock answers like the real API; ``no_match`` has the reasons.
    """

    rule: Rule
    action: RuleAction
    no_match: NoMatch | None = None


class CompiledRule:
    """A rule in a run, with its predicates and trials; ``number`` is its position."""

    def __init__(self, rule: Rule, number: int, seed: int) -> None:
        self.rule = rule
        self.number = number
        self.predicates = rule.match.predicates()
        self.trials = Trials(rule.schedule, f"{seed}/rule/{number}")
        self.requires = rule.state.requires
        self.by_call = rule.count_by == "call"
        self._actions = rule.actions

    def action(self, trial: Trial) -> RuleAction:
        """Return the action for a trial; a sequence advances each time that the rule acts."""
        last = len(self._actions) - 1
        at = trial.acted - 1
        return self._actions[at % (last + 1) if self.rule.then == "repeat" else min(at, last)]

    def take(self, elapsed: float) -> Trial:
        """Return the next trial, refused if the sequence leaves the request to later rules."""
        return self._in_sequence(self.trials.take(elapsed))

    def again(self, number: int, acted: int, elapsed: float) -> Trial:
        """Return a trial that another process has counted, as ``take`` would have returned it."""
        trial = self.trials.tried(number, elapsed)
        trial.acted = acted
        return self._in_sequence(trial)

    def _in_sequence(self, trial: Trial) -> Trial:
        if self.rule.sequence and trial.refused is None:
            if trial.acted > len(self._actions) and self.rule.then == "pass":
                trial.refused = _ENDED
            elif self.action(trial).passes:
                trial.refused = _PASSED
        return trial


class Run:
    """
    The compiled rules in order, and the state that they share.

    An injected rule is tried before all others, but its number follows theirs.
    """

    def __init__(self, rules: Sequence[Rule], seed: int) -> None:
        self.state = START
        self._rules = rules
        self._seed = seed
        self.candidates = [CompiledRule(rule, at, seed) for at, rule in enumerate(rules)]

    def inject(self, rule: Rule) -> None:
        """Try this rule first from now on."""
        self.candidates.insert(0, CompiledRule(rule, len(self._rules), self._seed))
        self._rules = (*self._rules, rule)

    def choose(self, view: RequestView, elapsed: float, progress: CallProgress) -> Decision:
        """
        Decide which rule takes a request, ``elapsed`` seconds after the scenario's start.

        ``progress`` belongs to the request's call and records the decisions for the whole call.
        """
        progress.state = progress.state or self.state
        mismatches: dict[int, Mismatch] = {}
        for candidate in self.candidates:
            mismatch: Mismatch | None = first_failing(candidate.predicates, view)
            if mismatch is None and (required := candidate.requires) is not None:
                found = progress.state if candidate.by_call else self.state
                mismatch = WrongState(found, required) if found != required else None
            if mismatch is None:
                mismatch = trial = self._trial(candidate, elapsed, progress)
                if trial.refused is None:
                    return Decision(candidate.rule, candidate.action(trial))
            mismatches[candidate.number] = mismatch
        return Decision(_NO_RULE, _NOTHING, NoMatch(self._rules, mismatches))

    def may_break(self, view: RequestView) -> bool:
        """
        Return whether any rule could apply a fault to a request at some time.

        Credentials are not compared, since a recorded request no longer has any.
        """
        return any(
            rule.breaks and first_failing(_keyless(rule.match).predicates(), view) is None
            for rule in self._rules
        )

    def _trial(self, candidate: CompiledRule, elapsed: float, progress: CallProgress) -> Trial:
        """Return the rule's next trial, or the trial that this rule already has for the call."""
        at = candidate.number
        if at in progress.trials:
            return progress.trials[at]
        trial = candidate.take(elapsed)
        if candidate.by_call:
            progress.trials[at] = trial
        state = candidate.rule.state.sets
        if trial.refused is None and state is not None:
            self.state = state
        return trial


def _keyless(match: Match) -> Match:
    """Return a match without its requirements on credentials."""
    excluded = match.excluded
    unknown = excluded and (excluded.key or any(map(is_credential, excluded.headers)))
    headers = {name: to for name, to in match.headers.items() if not is_credential(name)}
    return replace(match, key=None, headers=headers, excluded=None if unknown else excluded)
