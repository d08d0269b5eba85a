"""
What is odd about a scenario that is not wrong: rules that can't act, names that lead nowhere.

It says nothing where it is not sure: what it finds is true of every run.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import eq
from typing import Any, TypeAlias

from mockserver.core.documents import Path
from mockserver.core.errors import suggestion

from .matching import Match, Prompt
from .model import START, Rule, Scenario
from .patterns import Range, bounds, glob
from .schedule import Schedule
from .traits import same

_MOST_COMPARED = 200
_ENDLESS = sys.maxsize
_Numbers: TypeAlias = Sequence[int]
Finding: TypeAlias = tuple[Path, str]
"""Where in the scenario, and what."""


def findings(scenario: Scenario) -> Iterator[Finding]:
    """Yield what is odd, rule by rule."""
    states = dict.fromkeys([START, *filter(None, (rule.state.sets for rule in scenario.rules))])
    takers, counters = _Takers(), _Counters()
    for at, rule in enumerate(scenario.rules):
        if rule.match.attempt is not None and bounds(rule.match.attempt).max == 0:
            yield ("rules", at, "match", "attempt"), "the rule never acts: attempts count from 1"
        if why := _never(rule.schedule):
            yield ("rules", at, "schedule"), f"the rule never acts: {why}"
        if rule.sequence and all(fate.passes for fate in rule.sequence):
            yield ("rules", at, "sequence"), "the rule never acts: its sequence lets all pass"
        if (earlier := counters.miscounting(at, rule)) is not None:
            yield ("rules", at, "schedule"), _miscounted(earlier, scenario.rules[earlier])
        required = rule.state.requires
        if required is not None and required not in states:
            said = f"no rule sets the state {required!r}{suggestion(required, states)}"
            yield ("rules", at, "state", "requires"), said
        if (earlier := takers.hiding(rule)) is not None:
            by = _label(earlier, scenario.rules[earlier])
            yield ("rules", at), f"the rule is never asked: {by} takes all"
        takers.add(at, rule)


def _label(at: int, rule: Rule) -> str:
    return f"rules[{at}] {rule.name!r}" if rule.name else f"rules[{at}]"


def _miscounted(at: int, earlier: Rule) -> str:
    return (
        f"its numbers count only the requests that {_label(at, earlier)} leaves; "
        "for one fate after the other, write one rule with a 'sequence'"
    )


def _never(schedule: Schedule) -> str | None:
    """Return why a schedule never agrees; None when it may."""
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
    return f"no request agrees with {named}"


def _never_composed(schedule: Schedule) -> str | None:
    if schedule.any_of and all(map(_never, schedule.any_of)):
        return "nothing in 'any' can agree"
    return next(filter(None, map(_never, schedule.all_of)), None)


class _Takers:
    """
    The earlier rules that take all that they are for, by the model that they name.

    Of the many that name none the first are looked at: a file may have thousands of rules.
    """

    def __init__(self) -> None:
        self._of_model: dict[str | None, list[tuple[int, Rule]]] = {}

    def add(self, at: int, rule: Rule) -> None:
        """Add a rule, if it is one of them."""
        if rule.schedule == Schedule() and _takes_all(rule):
            named = rule.match.model
            exact = None if named is None or "*" in named or "?" in named else named
            self._of_model.setdefault(exact, []).append((at, rule))

    def hiding(self, rule: Rule) -> int | None:
        """Return the place of the first one that takes all requests that a rule is for."""
        kinds = dict.fromkeys((None, rule.match.model))
        rules = (one for kind in kinds for one in self._of_model.get(kind, ())[:_MOST_COMPARED])
        return min((at for at, earlier in rules if _hides(earlier, rule)), default=None)


def _takes_all(rule: Rule) -> bool:
    """Return whether a rule without a schedule leaves none of its requests to others."""
    endless = not rule.sequence or rule.then != "pass"
    return endless and not any(fate.passes for fate in rule.sequence)


class _Counters:
    """
    The rules that take their requests by number, by what they are for.

    Each of them counts what the ones before it leave. So two of the same requests, whose numbers
    exclude each other and go on, look as if they were counted together, and are not.
    """

    def __init__(self) -> None:
        self._last: dict[str, tuple[int, _Numbers]] = {}

    def miscounting(self, at: int, rule: Rule) -> int | None:
        """Note a rule; return the place of the one whose numbers it seems to go on with."""
        numbers = _numbers(rule.schedule)
        if numbers is None:
            return None
        asked = repr((rule.match, rule.state.requires, rule.count_by))
        before = self._last.get(asked)
        self._last[asked] = at, numbers
        if before is None or not _go_on(before[1], numbers):
            return None
        return before[0]


def _numbers(schedule: Schedule) -> _Numbers | None:
    """Return the requests that a schedule takes, in order, if that is all that it says."""
    after, first, at = schedule.after, schedule.first, schedule.at
    if schedule != Schedule(after, first, at) or schedule == Schedule():
        return None
    if at is None:
        return range(after + 1, _ENDLESS if first is None else after + first + 1)
    numbers = sorted({after + one for one in at if first is None or one <= first})
    return numbers if 0 < len(numbers) <= _MOST_COMPARED else None


def _go_on(earlier: _Numbers, later: _Numbers) -> bool:
    """Return whether the later numbers are none of the earlier ones, and not all before them."""
    if isinstance(later, range) and later.stop == _ENDLESS:
        return earlier[-1] + 1 == later[0]
    if later[-1] < earlier[0]:
        return False
    if isinstance(earlier, range) and isinstance(later, range):
        return earlier[-1] < later[0]
    few, many = (later, earlier) if isinstance(earlier, range) else (earlier, later)
    among = many if isinstance(many, range) else frozenset(many)
    return not any(number in among for number in few)


def _hides(earlier: Rule, later: Rule) -> bool:
    """Return whether the earlier rule, which takes all it is for, takes all of the later one's."""
    required = earlier.state.requires
    same_state = required == later.state.requires and earlier.count_by == later.count_by
    return (required is None or same_state) and _covers(earlier.match, later.match)


def _covers(wide: Match, narrow: Match) -> bool:
    """Return whether all that the narrow match describes is surely described by the wide one."""
    if wide.endpoint is None and narrow.endpoint == "warming":
        return False
    return all(
        covers(getattr(wide, name), getattr(narrow, name)) for name, covers in _COVERS.items()
    )


def _optional(covers: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """Return what compares two values of a key: one that is left out covers all."""
    return lambda wide, narrow: wide is None or (narrow is not None and covers(wide, narrow))


def _glob(wide: str, narrow: str) -> bool:
    # The pattern is taken for a text; only a "?" must not stand for a "*" in it.
    return wide == narrow or (bool(glob(wide)(narrow)) and not ("?" in wide and "*" in narrow))


def _number(wide: int | Range, narrow: int | Range) -> bool:
    outer, inner = bounds(wide), bounds(narrow)
    top = outer.max is None or (inner.max is not None and inner.max <= outer.max)
    return outer.min <= inner.min and top


def _tools(wide: bool | str, narrow: bool | str) -> bool:  # noqa: FBT001 (values of the YAML)
    return wide == narrow or (wide is True and isinstance(narrow, str))


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
    "model": _optional(_glob),
    "stream": _optional(eq),
    "prompt": _prompt,
    "key": _optional(_glob),
    "headers": _headers,
    "messages": _optional(_number),
    "tools": _optional(_tools),
    "json": _json,
    "attempt": _optional(_number),
    "excluded": _optional(eq),
}
