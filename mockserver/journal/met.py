"""
Finds whether a scenario was met, that is, whether any of its effects has reached a client.

A test that passes under a scenario that never acted proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from mockserver.scenario import NearMiss, Rule, Scenario

from .exchange import Exchange
from .journal import Journal


def can_be_met(scenario: Scenario) -> bool:
    """Return whether the scenario can have any effect; ``healthy`` can't."""
    return acts_by_rules(scenario) or _restricts(scenario) or shuts_port(scenario)


def acts_by_rules(scenario: Scenario) -> bool:
    """Return whether a rule breaks answers, or sets the model's reply."""
    return any(rule.breaks or rule.speaks for rule in scenario.rules)


def shuts_port(scenario: Scenario) -> bool:
    """Return whether the scenario has a window in which clients get no connection."""
    return scenario.port.until_change(0.0) < float("inf") or scenario.port.state(0.0) != "open"


def met(scenario: Scenario, journal: Journal, *, unreachable: bool = False) -> bool:
    """
    Return whether any effect of a scenario has reached a client.

    The effect is a fault, or, if no rule has faults, a scripted reply. A refusal by the scenario's
    limits, context window or edition is also an effect, and so is a refused connection
    (``unreachable``). If the journal has dropped exchanges, the result is True, because the dropped
    ones may have shown an effect.
    """
    if journal.dropped or (unreachable and shuts_port(scenario)):
        return True
    exchanges = (*journal.exchanges, *journal.warmups)
    if _restricts(scenario) and any(exchange.restricted for exchange in exchanges):
        return True
    breaks = any(rule.breaks for rule in scenario.rules)
    if not breaks:
        return any(is_scripted(one, scenario.rules) for one in exchanges)
    return any(felt(one) and _is_of(one, scenario.rules) for one in exchanges)


def felt(exchange: Exchange) -> bool:
    """Return whether faults changed an answer before the client left."""
    after = exchange.changed_after
    if after is None or not exchange.client_left or exchange.finished is None:
        return after is not None
    return exchange.finished - exchange.at >= after


def why_unmet(scenario: Scenario, journal: Journal) -> str:
    """Return why a scenario has had no effect, as far as the exchanges show."""
    exchanges = journal.exchanges
    if not exchanges:
        return "no request reached the mock"
    taken = [one for one in exchanges if one.changed_after is not None or one.faults]
    for exchange in reversed(taken):
        if _is_of(exchange, scenario.rules):
            return _without_effect(exchange)
    for exchange in reversed(exchanges):
        own = [miss for miss in exchange.near_misses if _is_about(miss, scenario.rules)]
        if own:
            return f"#{exchange.number} was not taken by {own[0]}"
    return "none of its limits, windows or checks has refused a request"


def _without_effect(exchange: Exchange) -> str:
    by = f"rule {exchange.rule!r}" if exchange.rule else "a rule"
    faults = ", ".join(exchange.faults)
    if exchange.changed_after is None:
        return f"#{exchange.number} was taken by {by}, but {faults} changed nothing in its answer"
    return f"#{exchange.number} was taken by {by}, but the client left before {faults}"


def _is_about(miss: NearMiss, rules: Iterable[Rule]) -> bool:
    return any(not rule.name or miss.rule == f"rule {rule.name!r}" for rule in rules)


def _restricts(scenario: Scenario) -> bool:
    """Return whether the scenario sets limits, a context window or an edition."""
    own = (scenario.tier, scenario.context, scenario.capacity, scenario.edition)
    return bool(scenario.limits) or any(setting is not None for setting in own)


def _is_of(exchange: Exchange, rules: Iterable[Rule]) -> bool:
    return any(exchange.taken_by == rule for rule in rules)  # not "is": a reread file has new rules


def is_scripted(exchange: Exchange, rules: Iterable[Rule]) -> bool:
    """Return whether the answer was scripted by one of the rules."""
    rule = exchange.taken_by
    return rule is not None and rule.speaks and exchange.admitted and _is_of(exchange, rules)
