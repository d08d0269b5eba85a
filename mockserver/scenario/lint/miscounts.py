"""Finds rules that appear to share a count of requests but do not."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TypeAlias

from mockserver.scenario.model import Rule
from mockserver.scenario.schedule import Schedule

_ENDLESS = sys.maxsize
_MOST_COMPARED = 200
_Numbers: TypeAlias = Sequence[int]


class Counters:
    """
    For each distinct match, the latest rule that selects requests by number.

    A rule counts only the requests that earlier rules leave to it. If two rules match the same
    requests, and the numbers in the second rule continue those in the first, the author probably
    expected both rules to count the same requests.
    """

    def __init__(self) -> None:
        self._last: dict[str, tuple[int, _Numbers]] = {}

    def miscounting(self, at: int, rule: Rule) -> int | None:
        """Note a rule; return the position of the rule whose numbers it seems to continue."""
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
    """Return the numbers that a schedule selects, in order; None if it also has other keys."""
    after, first, at = schedule.after, schedule.first, schedule.at
    if schedule != Schedule(after, first, at) or schedule == Schedule():
        return None
    if at is None:
        return range(after + 1, _ENDLESS if first is None else after + first + 1)
    numbers = sorted({after + one for one in at if first is None or one <= first})
    return numbers if 0 < len(numbers) <= _MOST_COMPARED else None


def _go_on(earlier: _Numbers, later: _Numbers) -> bool:
    """
    Return whether ``later`` seems to continue ``earlier``.

    They must not share a number, and ``later`` must not lie wholly below ``earlier``. An endless
    ``later`` must begin just after ``earlier`` ends.
    """
    if isinstance(later, range) and later.stop == _ENDLESS:
        return earlier[-1] + 1 == later[0]
    if later[-1] < earlier[0]:
        return False
    if isinstance(earlier, range) and isinstance(later, range):
        return earlier[-1] < later[0]
    few, many = (later, earlier) if isinstance(earlier, range) else (earlier, later)
    among = many if isinstance(many, range) else frozenset(many)
    return not any(number in among for number in few)
