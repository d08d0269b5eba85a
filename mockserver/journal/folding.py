"""Folds sequences of equal things into one line."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from itertools import groupby
from typing import TypeVar

from mockserver.core.units import rough

_FEW = 5  # most clients make fewer attempts, and then each attempt has its own line
_Thing = TypeVar("_Thing")


def folded(things: Iterable[_Thing], key: Callable[[_Thing], Hashable]) -> list[list[_Thing]]:
    """
    Return the sequences of things with equal keys; sequences of fewer than five are split up.

    >>> folded("abbbbbcc", str.upper)
    [['a'], ['b', 'b', 'b', 'b', 'b'], ['c'], ['c']]
    """
    found: list[list[_Thing]] = []
    for _, group in groupby(things, key):
        run = list(group)
        found += [run] if len(run) >= _FEW else [[one] for one in run]
    return found


def times(numbers: list[int], summary: str) -> str:
    """
    Return the line for a sequence of equal exchanges.

    >>> times([3, 4, 5, 6, 7], "GET /v1/models -> 503")
    '#3 to #7: 5 times GET /v1/models -> 503'
    """
    return f"#{numbers[0]} to #{numbers[-1]}: {len(numbers)} times {summary}"


def span(seconds: list[float]) -> str:
    """
    Return the shortest and the longest of some waits as text.

    >>> span([0.5, 0.25, 2.0]), span([1.0, 1.0])
    ('0.25 to 2 s', '1 s')
    """
    least, longest = rough(min(seconds)), rough(max(seconds))
    return f"{least} s" if least == longest else f"{least} to {longest} s"
