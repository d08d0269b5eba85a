"""
Computes from the scenario alone what the status page shows at a given time.

The condition of a component is computed from typical requests. The typical requests of a model are
two chats, each of one short message: one streamed and one not. For each typical request, the rules
determine what share of requests like it fails or is slow from now on. A rule takes this share:

| a rule that acts | share |
|---|---|
| always, or after some requests (``after``) | all |
| while its ``window`` is open | all, otherwise none |
| by ``probability`` | that part |
| on every n-th request (``every``) | one in n |
| on some requests only: ``first``, ``at``, a ``sequence`` that ends, ``attempt`` | none |
| in a ``state`` that other rules set | none: the page does not know which requests came |

No real page shows an outage for a few failed requests, so a rule that acts on only some requests
has no share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import prod

from mockserver.api.contract.endpoints import ENDPOINTS
from mockserver.core.messages import Request
from mockserver.scenario.model import START, Condition, Rule, Scenario
from mockserver.scenario.patterns import bounds
from mockserver.scenario.predicate import first_failing
from mockserver.scenario.request_view import RequestView
from mockserver.scenario.schedule import Schedule, Window

from .impact import impact_of

COMPLETIONS = "Text completions"
"""The component for the older endpoint, which covers all models."""
OTHERS = "Models, files and batches"
"""The component for all endpoints that return no completions."""

# each condition, with the least share of failures and the least share of slow answers that cause
# it; a component has the first condition for which it reaches either share
_CONDITIONS: Sequence[tuple[Condition, float, float]] = (
    ("major_outage", 0.9, 2.0),
    ("partial_outage", 0.25, 2.0),
    ("degraded_performance", 0.05, 0.5),
)
_HEADERS = {"authorization": "Bearer csk-status", "content-type": "application/json"}
_MOMENT = 0.001  # seconds; the earlier conditions are read this long before a change
_MOST_CHANGES = 50


@dataclass(frozen=True, slots=True)
class Shown:
    """
    What the page shows: the ``conditions`` of its components, in the order of the page.

    ``since`` is when the page began to show these conditions, and ``down_since`` is when it began
    to show anything but ``operational``. Both are in seconds since the start of the scenario, and 0
    if the conditions have been the same since the start.
    """

    conditions: Mapping[str, Condition]
    since: float = 0.0
    down_since: float = 0.0


class Outages:
    """The outages of a scenario whose API serves ``models``."""

    def __init__(self, scenario: Scenario, models: Sequence[str]) -> None:
        self._page = scenario.status
        self._port = scenario.port
        rules = [rule for rule in scenario.rules if _may_count(rule, scenario)]
        self._rules = {
            name: [_fitting(rules, request) for request in requests]
            for name, requests in _components(models)
        }
        windows = (window for rule in rules for window in _windows(rule.schedule))
        self._windows = (*self._port.windows, *windows)

    def shown(self, elapsed: float) -> Shown:
        """Return what the page shows ``elapsed`` seconds after the start of the scenario."""
        if self._page.says is not None:
            return Shown(dict.fromkeys(self._rules, self._page.says))
        at = elapsed - self._page.lag
        if at < 0:
            return Shown(dict.fromkeys(self._rules, "operational"))
        now = self._at(at)
        since = self._since(at, lambda before: before == now)
        if is_well(now):
            return Shown(now, since and since + self._page.lag)
        down_since = self._since(at, lambda before: not is_well(before))
        return Shown(now, since + self._page.lag, down_since + self._page.lag)

    def _at(self, elapsed: float) -> Mapping[str, Condition]:
        """Return the conditions at a time; while the port is not open, all are major outages."""
        if self._port.state(elapsed) != "open":
            return dict.fromkeys(self._rules, "major_outage")
        return {name: _condition(rules, elapsed) for name, rules in self._rules.items()}

    def _since(self, elapsed: float, same: Callable[[Mapping[str, Condition]], bool]) -> float:
        """Return when ``same`` became true, looking back over at most ``_MOST_CHANGES`` changes."""
        since = elapsed
        for _ in range(_MOST_CHANGES):
            since = max((window.changed(since) for window in self._windows), default=0.0)
            if since <= _MOMENT or not same(self._at(since - _MOMENT)):
                break
            since -= _MOMENT
        return since


def is_well(conditions: Mapping[str, Condition]) -> bool:
    """Return whether all components are operational."""
    return all(one == "operational" for one in conditions.values())


def _may_count(rule: Rule, scenario: Scenario) -> bool:
    """Return whether a rule can take more than a few requests, according to the table above."""
    counted = rule.match.attempt is not None and bounds(rule.match.attempt).max is not None
    ends = bool(rule.sequence) and rule.then == "pass"
    required = rule.state.requires
    settled = required == START and not any(one.state.sets for one in scenario.rules)
    return not (counted or ends) and (required is None or settled)


def _components(models: Sequence[str]) -> Iterator[tuple[str, list[RequestView]]]:
    """Yield the name of each component with its typical requests."""
    message = {"role": "user", "content": "Hello"}
    for model in models:
        yield model, _streamed_or_not("chat", {"model": model, "messages": [message]})
    asked = [_streamed_or_not("completions", {"model": one, "prompt": "Hello"}) for one in models]
    yield COMPLETIONS, [*chain.from_iterable(asked)]
    free = [row.name for row in ENDPOINTS.values() if not row.limited and row.name != "warming"]
    yield OTHERS, [_view(name, {}) for name in free]


def _streamed_or_not(endpoint: str, body: Mapping[str, object]) -> list[RequestView]:
    return [_view(endpoint, body), _view(endpoint, {**body, "stream": True})]


def _view(endpoint: str, body: Mapping[str, object]) -> RequestView:
    row = ENDPOINTS[endpoint]
    return RequestView(endpoint, request=Request(row.method, row.path, _HEADERS), read=body)


def _fitting(rules: Sequence[Rule], view: RequestView) -> list[Rule]:
    return [rule for rule in rules if first_failing(rule.match.predicates(), view) is None]


def _windows(schedule: Schedule) -> Iterator[Window]:
    """Yield the windows of a schedule, at every depth."""
    if schedule.window is not None:
        yield schedule.window
    excluded = () if schedule.excluded is None else (schedule.excluded,)
    for one in (*schedule.any_of, *schedule.all_of, *excluded):
        yield from _windows(one)


def _condition(rules: Sequence[Sequence[Rule]], elapsed: float) -> Condition:
    """Return the condition of a component, given the rules for each of its typical requests."""
    met = [_met(fitting, elapsed) for fitting in rules]
    fails, slow = (sum(one[at] for one in met) / max(1, len(met)) for at in (0, 1))
    for condition, failing, slowed in _CONDITIONS:
        if fails >= failing or slow >= slowed:
            return condition
    return "operational"


def _met(rules: Sequence[Rule], elapsed: float) -> tuple[float, float]:
    """Return the share of requests that fails, and the share that is slow."""
    left, shares = 1.0, {"fails": 0.0, "slow": 0.0, "none": 0.0}
    for rule in rules:
        taken = left * share_of(rule.schedule, elapsed)
        actions = rule.actions[-1:] if rule.then == "stay" else rule.actions
        for action in actions:
            if not (rule.sequence and action.passes):  # a passed request goes to later rules
                shares[impact_of(action.faults)] += taken / len(actions)
                left -= taken / len(actions)
    return shares["fails"], shares["slow"]


def share_of(schedule: Schedule, elapsed: float) -> float:
    """Return the share of requests that a schedule lets a rule take from now on."""
    if schedule.first is not None or schedule.at is not None:
        return 0.0
    if schedule.window is not None and not schedule.window.open(elapsed):
        return 0.0
    chance = 1.0 if schedule.probability is None else schedule.probability
    share = chance / (schedule.every or 1)
    share *= prod(share_of(one, elapsed) for one in schedule.all_of)
    if schedule.any_of:
        share *= 1 - prod(1 - share_of(one, elapsed) for one in schedule.any_of)
    if schedule.excluded is not None:
        share *= 1 - share_of(schedule.excluded, elapsed)
    return share
