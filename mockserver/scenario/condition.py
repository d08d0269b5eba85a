"""One thing that must hold for a rule to act, compiled: fast to ask, and able to say why not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Condition(Generic[T]):
    """``holds`` tells whether it does; ``difference`` says, where it does not, what there is."""

    holds: Callable[[T], object]
    difference: Callable[[T], str]


def failing(conditions: tuple[Condition[T], ...], asked: T) -> Condition[T] | None:
    """Return the first condition that does not hold; None when all do."""
    for condition in conditions:
        if not condition.holds(asked):
            return condition
    return None
