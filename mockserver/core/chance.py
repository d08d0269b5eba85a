"""Random bits that follow from a text."""

from __future__ import annotations

from functools import cached_property
from hashlib import blake2b
from random import Random


class Digits:
    """
    The hexadecimal digits of a text's digest, and of further digests when they are used up.

    A ``Random`` draws better, and so costs ten times as much to seed; ids need no better.
    """

    __slots__ = ("_at", "_digests", "_digits", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._digits = ""
        self._digests = self._at = 0

    def draw(self, number: int) -> str:
        """Return so many digits."""
        at = self._at
        end = self._at = at + number
        if end > len(self._digits):
            self._fill(end)
        return self._digits[at:end]

    def _fill(self, end: int) -> None:
        while len(self._digits) < end:
            self._digits += blake2b(f"{self._text}/{self._digests}".encode()).hexdigest()
            self._digests += 1


class Voice:
    """
    What somebody says is drawn from it: the ``number`` of a text, and a ``Random`` of that number.

    Most answers are found by their number alone; only the others pay for the seeding.
    """

    def __init__(self, number: int) -> None:
        self.number = number

    @cached_property
    def random(self) -> Random:
        """What draws all the rest, each time from where it is."""
        return self.again()

    def again(self) -> Random:
        """Return what draws the same from the beginning."""
        return Random(self.number)


def number_of(text: str) -> int:
    """Return a number of 64 bits that follows from a text."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")
