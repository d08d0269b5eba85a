"""A compiled requirement of a rule: fast to evaluate, and able to explain a mismatch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Predicate(Generic[T]):
    """``holds`` evaluates the requirement; ``difference`` describes a mismatch."""

    holds: Callable[[T], object]
    difference: Callable[[T], str]


def first_failing(predicates: tuple[Predicate[T], ...], asked: T) -> Predicate[T] | None:
    """Return the first predicate that does not hold, or None if all hold."""
    for predicate in predicates:
        if not predicate.holds(asked):
            return predicate
    return None
