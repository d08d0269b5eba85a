"""Chooses among alternatives: tries their combinations in turn, from a random start."""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random
from typing import TypeVar

_IN_ORDER = 16  # attempts; later attempts choose at random
Option = TypeVar("Option")


class Choices:
    """
    The choices among alternatives in one schema, for successive attempts.

    Successive attempts go through the combinations in order; the first choice changes fastest, like
    the last digit of a counter. Each choice begins with a random alternative. After a number of
    attempts all choices are random.
    """

    def __init__(self, random: Random) -> None:
        self.random = random
        self.attempt = -1
        self.light = False
        self._first: list[int] = []
        self._sizes: list[int] = []
        self._at = 0
        self._rest = 0

    def again(self, *, light: bool) -> None:
        """Begin a new attempt; every second attempt is light and prefers small alternatives."""
        self.attempt += 1
        self.light = light or self.attempt % 2 == 1
        self._at, self._rest = 0, self.attempt

    def one_of(self, options: Sequence[Option], among: int | None = None) -> Option:
        """Return an option; the first attempt draws it from the first ``among`` options."""
        size = len(options)
        if size == 1:
            return options[0]
        if self._at == len(self._first):
            self._first.append(self.random.randrange(size if among is None else among or 1))
            self._sizes.append(size)
        self._sizes[self._at] = max(size, self._sizes[self._at])
        number = self._first[self._at] + self._rest % size
        if self.attempt > _IN_ORDER:
            number = self.random.randrange(size)
        self._rest //= size
        self._at += 1
        return options[number % size]

    @property
    def all_tried(self) -> bool:
        """Whether each combination had two attempts; a single combination needs only one."""
        ways = math.prod(self._sizes)
        return self.attempt + 1 >= (ways if ways == 1 else 2 * ways)
