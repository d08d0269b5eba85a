"""Draws a number within the bounds of a schema; respects ``multipleOf``."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from random import Random

from .budget import ImpossibleError
from .flattening import Flat

_WIDE = 100  # the width of a range with only one bound


def integer(flat: Flat, random: Random) -> int:
    """Return a whole number within the bounds; a missing bound is 100 away from the other bound."""
    steps = flat.all("multipleOf")
    if steps:
        return int(_multiple(flat, _step([1, *steps]), random))
    low, high = _bounds(flat)
    first, last = math.ceil(low), math.floor(high)
    first += first == flat.highest("exclusiveMinimum")
    last -= last == flat.lowest("exclusiveMaximum")
    if first > last:
        raise ImpossibleError("its bounds leave no number")
    return random.randint(first, last)


def number(flat: Flat, random: Random) -> float:
    """Return a number within the bounds, with at most two decimals if the bounds allow it."""
    steps = flat.all("multipleOf")
    if steps:
        found = _multiple(flat, _step(steps), random)
        return int(found) if found.denominator == 1 else float(found)
    low, high = _bounds(flat)
    if low > high:
        raise ImpossibleError("its bounds leave no number")
    drawn = round(random.uniform(low, high), 2)
    return drawn if low < drawn < high else (low + high) / 2


def _multiple(flat: Flat, step: Fraction, random: Random) -> Fraction:
    low, high = _bounds(flat, float(step))
    first, last = math.ceil(_exact(low) / step), math.floor(_exact(high) / step)
    first += first * step == _exact(flat.highest("exclusiveMinimum", math.pi))
    last -= last * step == _exact(flat.lowest("exclusiveMaximum", math.pi))
    if first > last:
        raise ImpossibleError("its bounds leave no number")
    return random.randint(first, last) * step


def _step(steps: list[float]) -> Fraction:
    """Return the least common multiple of the steps."""
    exact = [_exact(one) for one in steps]
    if any(one <= 0 for one in exact):
        raise ImpossibleError("'multipleOf' has to be more than 0")
    above = math.lcm(*(one.numerator for one in exact))
    return Fraction(above, math.gcd(*(one.denominator for one in exact)))


def _exact(value: float) -> Fraction:
    return Fraction(str(value))


def _bounds(flat: Flat, step: float = 0) -> tuple[float, float]:
    lows = flat.highest("minimum"), flat.highest("exclusiveMinimum")
    highs = flat.lowest("maximum"), flat.lowest("exclusiveMaximum")
    low, high = _tightest(max, *lows), _tightest(min, *highs)
    wide = max(_WIDE, math.ceil(2 * step))
    if low is None:
        low = 0 if high is None else min(0, high - wide)
    return low, low + wide if high is None else high


def _tightest(choose: Callable[[list[float]], float], *bounds: float | None) -> float | None:
    given = [bound for bound in bounds if bound is not None]
    return choose(given) if given else None
