"""
What an engine remembers between requests.

An engine remembers the state and the counters of the rules, the quotas, and how many answers are
running. ``Memory`` keeps all this in the process. ``Mirror`` has the same interface but keeps it in
a store, which several engines share.
"""

from __future__ import annotations

from random import Random

from mockserver.api.contract.edition import Edition
from mockserver.api.contract.quota import Quota, Refusal
from mockserver.journal import Exchange, Journal
from mockserver.scenario import Decision, Rule, Run, Scenario

from .needs import OVERLOAD, Needs, Overload, Taken
from .quotas import Quotas


class Memory:
    """
    The memory of one run of a scenario, which started at ``now``, in seconds since the epoch.

    Raises UnknownNameError when the scenario's tier does not exist.
    """

    def __init__(self, scenario: Scenario, edition: Edition, journal: Journal, now: float) -> None:
        self.run = Run(scenario.rules, scenario.seed or 0)
        self._capacity = scenario.capacity
        self._journal = journal
        self._quotas = Quotas(scenario, edition, now)
        self._running = 0
        self._seed = scenario.seed or 0
        self._started = now

    def take(self, needs: Needs, now: float) -> Taken:
        """Count the request, choose its rule and reserve its tokens."""
        number = self._journal.count + 1 if needs.counts else 0
        call = self._journal.call_of(needs.noted)
        needs.view.attempt = call.attempts + 1
        decision = needs.rule and overriding(needs.rule, self._seed, number)
        if not decision:
            decision = self.run.choose(needs.view, now - self._started, call.progress)
        quota, refused = self._admit(needs, now) if needs.costs else (None, None)
        return Taken(number, call, decision, quota, refused)

    def _admit(self, needs: Needs, now: float) -> tuple[Quota | None, Refusal | Overload | None]:
        if self._capacity is not None and self._running >= self._capacity:
            self._quotas.open(needs.account, now)
            return None, OVERLOAD
        quota, refused = self._quotas.admit(needs.account, needs.parsed.reserved, now)
        if refused is None:
            self._running += 1
        return quota, refused

    def settle(self, exchange: Exchange, now: float) -> None:
        """Release the unused reservation of an admitted exchange that is over."""
        self._running -= 1
        self._quotas.settle(exchange, now)


def overriding(rule: Rule, seed: int, number: int) -> Decision | None:
    """Return a decision for this rule; None for a warm-up, or if the rule's random draw fails."""
    acts = number and overrides(rule.schedule.probability, seed, number)
    return Decision(rule, rule.actions[0]) if acts else None


def overrides(probability: float | None, seed: int, number: int) -> bool:
    """Return whether a rule of this probability overrides the scenario's rules for one request."""
    return probability is None or Random(f"{seed}/asked/{number}").random() < probability
