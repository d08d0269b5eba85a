"""Random bits derived from a text: the same text gives the same bits."""

from __future__ import annotations

from functools import cached_property
from hashlib import blake2b
from random import Random


class HexStream:
    """
    An endless stream of hexadecimal digits, from digests of a text.

    A ``Random`` is of higher quality but costs ten times as much to seed. For ids this is enough.
    """

    __slots__ = ("_at", "_digests", "_digits", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._digits = ""
        self._digests = self._at = 0

    def draw(self, number: int) -> str:
        """Return the next ``number`` digits."""
        at = self._at
        end = self._at = at + number
        if end > len(self._digits):
            self._fill(end)
        return self._digits[at:end]

    def _fill(self, end: int) -> None:
        while len(self._digits) < end:
            self._digits += blake2b(f"{self._text}/{self._digests}".encode()).hexdigest()
            self._digests += 1


class SeededText:
    """
    The source of one generated text: its ``seed``, and a ``Random`` seeded with it on demand.

    The seed alone selects most texts. Only the other texts pay for seeding a ``Random``.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed

    @cached_property
    def random(self) -> Random:
        """The shared generator; every draw advances it."""
        return self.fresh_random()

    def fresh_random(self) -> Random:
        """Return a new generator that repeats the draws from the beginning."""
        return Random(self.seed)


def seed_from(text: str) -> int:
    """Return a 64-bit seed derived from a text."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")
