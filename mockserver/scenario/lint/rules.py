"""
Finds, in a valid scenario, the rules that cannot work as intended.

A finding is reported only if it is true whatever requests arrive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from operator import eq
from typing import Any, TypeAlias

from mockserver.api.contract.routes import methods_of
from mockserver.core.documents import Path
from mockserver.core.errors import suggestion
from mockserver.faults import Error, Fault
from mockserver.faults.status import EMPTY
from mockserver.scenario.matching import Match, Prompt
from mockserver.scenario.model import START, Rule, Scenario
from mockserver.scenario.patterns import Range, bounds, glob
from mockserver.scenario.request_predicates import same
from mockserver.scenario.schedule import Schedule

from .miscounts import Counters

_MOST_COMPARED = 200
_NO_ERROR = "is a success status; for an error in the body of a successful answer, add a 'problem'"
_SUCCESS = frozenset(range(HTTPStatus.OK, HTTPStatus.MULTIPLE_CHOICES)) - {*EMPTY}
Finding: TypeAlias = tuple[Path, str]
"""A path in the scenario, and a sentence."""


def rule_findings(scenario: Scenario) -> Iterator[Finding]:
    """Yield the findings, rule by rule."""
    states = dict.fromkeys([START, *filter(None, (rule.state.sets for rule in scenario.rules))])
    catch_alls, counters = _CatchAlls(), Counters()
    for at, rule in enumerate(scenario.rules):
        for path, why in _never_acts(rule):
            yield ("rules", at, *path), f"the rule never acts: {why}"
        for path, status in _good_errors(rule):
            yield ("rules", at, *path), f"{status} {_NO_ERROR}"
        if (earlier := counters.miscounting(at, rule)) is not None:
            leaves = f"this rule counts only requests that {_label(earlier, scenario)} leaves to it"
            said = f"{leaves}; to apply one action after another, write one rule with a 'sequence'"
            yield ("rules", at, "schedule"), said
        required = rule.state.requires
        if required is not None and required not in states:
            said = f"no rule sets the state {required!r}{suggestion(required, states)}"
            yield ("rules", at, "state", "requires"), said
        if (earlier := catch_alls.hiding(rule)) is not None:
            yield ("rules", at), f"no request reaches it: {_label(earlier, scenario)} takes all"
        catch_alls.add(at, rule)


def _label(at: int, scenario: Scenario) -> str:
    name = scenario.rules[at].name
    return f"rules[{at}] {name!r}" if name else f"rules[{at}]"


def _never_acts(rule: Rule) -> Iterator[tuple[Path, str]]:
    """Yield the paths of the keys that prevent a rule from ever acting, with reasons."""
    if rule.match.attempt is not None and bounds(rule.match.attempt).max == 0:
        yield ("match", "attempt"), "attempts count from 1"
    if why := _never_asked(rule.match):
        yield ("match", "method"), why
    if why := _never(rule.schedule):
        yield ("schedule",), why
    if rule.sequence and all(action.passes for action in rule.sequence):
        yield ("sequence",), "every item of its sequence is 'pass'"


def _good_errors(rule: Rule) -> Iterator[tuple[Path, int]]:
    """Yield the path and status of each error whose only key is a status that means success."""
    listed: list[tuple[Path, Fault]] = [(("faults", at), one) for at, one in enumerate(rule.faults)]
    for at, action in enumerate(rule.sequence):
        listed += ((("sequence", at), one) for one in action.faults)
    for path, one in listed:
        status = one.status if isinstance(one, Error) else None
        if status in _SUCCESS and one == Error(status=status):
            yield (*path, "error", "status"), status


def _never_asked(match: Match) -> str | None:
    """Return why no request can match both the endpoint and the method; None if some can."""
    if match.endpoint is None or match.method is None:
        return None
    known = methods_of(match.endpoint)
    if known.intersection(match.method):
        return None
    return f"{match.endpoint!r} takes only {' or '.join(sorted(known))}"


def _never(schedule: Schedule) -> str | None:
    """Return why a schedule never selects a request; None if it can select one."""
    if schedule.probability == 0:
        return "its probability is 0"
    if schedule.window is not None and schedule.window.lasting == 0:
        return "its window is never open"
    return _never_counted(schedule) or _never_composed(schedule)


def _never_counted(schedule: Schedule) -> str | None:
    first, at, every = schedule.first, schedule.at, schedule.every
    numbers = (every or 1,) if at is None else at
    if any((first is None or one <= first) and one % (every or 1) == 0 for one in numbers):
        return None
    keys = {"first": first, "at": None if at is None else list(at), "every": every}
    named = ", ".join(f"{key}: {value}" for key, value in keys.items() if value is not None)
    return f"no request fits {named}"


def _never_composed(schedule: Schedule) -> str | None:
    if schedule.any_of and all(map(_never, schedule.any_of)):
        return "no schedule in 'any' can select a request"
    return next(filter(None, map(_never, schedule.all_of)), None)


class _CatchAlls:
    """
    Earlier rules that take every request they match, grouped by the model that they name.

    Only the first rules of each group are compared, since a file may have thousands of rules.
    """

    def __init__(self) -> None:
        self._of_model: dict[str | None, list[tuple[int, Rule]]] = {}

    def add(self, at: int, rule: Rule) -> None:
        """Add a rule if it takes every request that it matches."""
        if rule.schedule == Schedule() and _takes_all(rule):
            named = rule.match.model
            exact = None if named is None or "*" in named or "?" in named else named
            self._of_model.setdefault(exact, []).append((at, rule))

    def hiding(self, rule: Rule) -> int | None:
        """Return the position of the first rule that takes all requests of a later rule."""
        kinds = dict.fromkeys((None, rule.match.model))
        rules = (one for kind in kinds for one in self._of_model.get(kind, ())[:_MOST_COMPARED])
        return min((at for at, earlier in rules if _hides(earlier, rule)), default=None)


def _takes_all(rule: Rule) -> bool:
    """Return whether a rule without a schedule leaves no request to later rules."""
    endless = not rule.sequence or rule.then != "pass"
    return endless and not any(action.passes for action in rule.sequence)


def _hides(earlier: Rule, later: Rule) -> bool:
    """Return whether a catch-all rule takes every request that a later rule matches."""
    required = earlier.state.requires
    same_state = required == later.state.requires and earlier.count_by == later.count_by
    return (required is None or same_state) and _covers(earlier.match, later.match)


def _covers(wide: Match, narrow: Match) -> bool:
    """Return whether the wide match certainly includes every request of the narrow match."""
    if wide.endpoint is None and narrow.endpoint == "warming":
        return False
    return all(
        covers(getattr(wide, name), getattr(narrow, name)) for name, covers in _COVERS.items()
    )


def _optional(covers: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """Return ``covers``, extended so that a key that is left out covers all values."""
    return lambda wide, narrow: wide is None or (narrow is not None and covers(wide, narrow))


def _glob(wide: str, narrow: str) -> bool:
    # The wide pattern is matched with the text of the narrow one. A "?" of the wide pattern would
    # match a "*" in that text, although this "*" stands for any number of characters.
    return wide == narrow or (bool(glob(wide)(narrow)) and not ("?" in wide and "*" in narrow))


def _number(wide: int | Range, narrow: int | Range) -> bool:
    outer, inner = bounds(wide), bounds(narrow)
    top = outer.max is None or (inner.max is not None and inner.max <= outer.max)
    return outer.min <= inner.min and top


def _prompt(wide: Prompt, narrow: Prompt) -> bool:
    contains = _optional(lambda part, text: part in text)(wide.contains, narrow.contains)
    return contains and _optional(eq)(wide.regex, narrow.regex)


def _headers(wide: Mapping[str, str | None], narrow: Mapping[str, str | None]) -> bool:
    there = {name.lower(): pattern for name, pattern in narrow.items()}
    return all(
        name.lower() in there and _header(pattern, there[name.lower()])
        for name, pattern in wide.items()
    )


def _header(wide: str | None, narrow: str | None) -> bool:
    return wide == narrow if wide is None or narrow is None else _glob(wide, narrow)


def _json(wide: Mapping[str, object], narrow: Mapping[str, object]) -> bool:
    return all(path in narrow and same(narrow[path], value) for path, value in wide.items())


_COVERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "endpoint": _optional(eq),
    "method": _optional(lambda wide, narrow: set(narrow) <= set(wide)),
    "model": _optional(_glob),
    "stream": _optional(eq),
    "prompt": _prompt,
    "key": _optional(_glob),
    "headers": _headers,
    "messages": _optional(_number),
    "tools": _optional(
        lambda wide, narrow: narrow == wide or (wide is True and isinstance(narrow, str))
    ),
    "json": _json,
    "attempt": _optional(_number),
    "excluded": _optional(eq),
}
