"""Random bits that follow from a text."""

from __future__ import annotations

from functools import cached_property
from hashlib import blake2b
from random import Random
from typing import Protocol

_DIGEST = 64  # bytes


class Bits(Protocol):
    """What draws bits: a ``Random``, or something cheaper."""

    def getrandbits(self, k: int, /) -> int:
        """Return a number of so many bits."""
        ...


class Digits:
    """
    The bits of a text's digest, and of further digests when they are used up.

    A ``Random`` draws better, and so costs ten times as much to seed; ids need no better.
    """

    __slots__ = ("_drawn", "_left", "_pool", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._pool = self._left = self._drawn = 0

    def getrandbits(self, k: int, /) -> int:
        """Return a number of so many bits."""
        while self._left < k:
            self._fill()
        bits = self._pool & ((1 << k) - 1)
        self._pool >>= k
        self._left -= k
        return bits

    def _fill(self) -> None:
        digest = blake2b(f"{self._text}/{self._drawn}".encode(), digest_size=_DIGEST).digest()
        self._pool |= int.from_bytes(digest, "big") << self._left
        self._left += 8 * _DIGEST
        self._drawn += 1


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
