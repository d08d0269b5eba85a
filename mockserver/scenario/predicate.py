"""One thing that must hold for a rule to act, compiled: fast to ask, and able to say why not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Predicate(Generic[T]):
    """``holds`` tells whether it does; ``difference`` says, where it does not, what there is."""

    holds: Callable[[T], object]
    difference: Callable[[T], str]


def first_failing(predicates: tuple[Predicate[T], ...], asked: T) -> Predicate[T] | None:
    """Return the first predicate that does not hold; None when all do."""
    for predicate in predicates:
        if not predicate.holds(asked):
            return predicate
    return None
