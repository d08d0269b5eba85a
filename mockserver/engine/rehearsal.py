"""
What a scenario would do to requests that are known already, without a client.

The engine itself is asked, so whatever it can match, schedule, limit or refuse is known here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

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
    A request of an earlier run.

    It came ``at`` so many seconds from the start of the scenario, was over at ``over``, and was
    answered by so many ``tokens``. ``has_key`` says whether it has its key, of which journals keep
    only the beginning.
    """

    request: Request
    at: float
    over: float
    tokens: int = 0
    has_key: bool = True


def sent_in(journal: Journal, started: float, key: str) -> tuple[Sent, ...]:
    """Return what was sent, warm-ups included; ``key`` is one that it may have been sent with."""
    exchanges = sorted((*journal.exchanges, *journal.warmups), key=lambda one: one.at)
    return tuple(_sent(exchange, started, key) for exchange in exchanges)


def could_act(scenario: Scenario, sent: Sequence[Sent]) -> bool:
    """
    Return whether anything of a scenario could happen to whoever sends these requests.

    They are tried as they came, and all at once, for a client may be faster the next time. An
    answer of another length counts, for what the client sends then is not known. Raises
    UnknownNameError when the scenario's edition or tier does not exist.
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
    Return whether a scenario acts on requests that come ``when`` their times say.

    Where an answer before has another length it is ``unknown``, which is what is returned then.
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


def whole_seconds(seconds: float) -> float:
    """Return a time without its fraction, which is another one in each run."""
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
