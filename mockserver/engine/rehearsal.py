"""
Predicts what a scenario would do to the requests of an earlier test run, without a client.

The engine itself answers these requests, so the prediction covers all rules, schedules, limits and
refusals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from mockserver.api.contract.edition import Edition
from mockserver.core.messages import Request
from mockserver.journal import Exchange, Journal
from mockserver.journal.met import can_be_met, is_scripted, met, shuts_port
from mockserver.scenario import Match, Scenario

from .engine import Engine
from .parsing import account_of

_KEY_FIELDS = ("authorization",)


@dataclass(frozen=True, slots=True)
class Sent:
    """
    A request of an earlier test run.

    ``at`` is when the request arrived, and ``over`` when its answer was over, both in seconds since
    the start of the scenario. ``tokens`` is the number of completion tokens in the answer.
    ``has_key`` says whether the whole API key is known; journals keep only its beginning.
    """

    request: Request
    at: float
    over: float
    tokens: int = 0
    has_key: bool = True


def sent_in(journal: Journal, started: float, key: str) -> tuple[Sent, ...]:
    """
    Return the requests of a journal, including warm-ups.

    The journal does not keep whole API keys. In requests that were sent with ``key``, the whole key
    is restored.
    """
    exchanges = sorted((*journal.exchanges, *journal.warmups), key=lambda one: one.at)
    return tuple(_sent(exchange, started, key) for exchange in exchanges)


def could_act(scenario: Scenario, sent: Sequence[Sent]) -> bool:
    """
    Return whether a scenario could affect a client that sends these requests.

    The requests are tried both at their own times and all at once, because a client may be faster
    the next time. A change in the length of an answer counts as an effect, because the client's
    next requests are then unknown. Raises UnknownNameError when the scenario's edition or tier does
    not exist.
    """
    if not can_be_met(scenario) or not sent:
        return False
    if _looks_at_key(scenario) and not all(one.has_key for one in sent):
        return True
    return acts(scenario, sent, when=whole_seconds, unknown=True) or acts(
        scenario, sent, when=lambda _: 0.0, unknown=True
    )


def acts(
    scenario: Scenario, sent: Iterable[Sent], *, when: Callable[[float], float], unknown: bool
) -> bool:
    """
    Return whether a scenario affects these requests.

    ``when`` maps the time of each request to the time at which it is tried.

    Returns ``unknown`` as soon as the length of an answer changes, because the client's next
    requests may then differ.
    """
    engine = Engine(scenario, now=0.0)
    open_: list[tuple[float, Exchange]] = []
    for one in sent:
        now = when(one.at)
        for over, exchange in [each for each in open_ if each[0] <= now]:
            engine.finish(exchange, now=over)
        open_ = [each for each in open_ if each[0] > now]
        if shuts_port(scenario) and scenario.port.state(now) != "open":
            return True
        exchange = engine.handle(one.request, now=now)
        open_.append((when(one.over), exchange))
        if met(scenario, engine.journal) or is_scripted(exchange, scenario.rules):
            return True
        if exchange.completion_tokens != one.tokens:
            return unknown
    return False


def answered(scenario: Scenario, sent: Sent) -> tuple[Exchange, Edition]:
    """Return the answer to a request at a scenario's start, as an exchange, and the edition."""
    engine = Engine(scenario, now=0.0)
    return engine.handle(sent.request, now=0.0), engine.edition


def whole_seconds(seconds: float) -> float:
    """Return a time in whole seconds, because its fraction differs in each test run."""
    return float(int(seconds))


def _sent(exchange: Exchange, started: float, key: str) -> Sent:
    request, has_key = exchange.request, exchange.key is None
    if exchange.key is not None and exchange.key == account_of(key):
        headers = {**request.headers, "authorization": f"Bearer {key}"}
        request, has_key = replace(request, headers=headers), True
    at, over = exchange.at - started, exchange.over - started
    return Sent(request, at, over, exchange.completion_tokens, has_key)


def _looks_at_key(scenario: Scenario) -> bool:
    return any(_match_looks_at_key(rule.match) for rule in scenario.rules)


def _match_looks_at_key(match: Match) -> bool:
    named = any(name.lower() in _KEY_FIELDS for name in match.headers)
    inner = match.excluded is not None and _match_looks_at_key(match.excluded)
    return match.key is not None or named or inner
