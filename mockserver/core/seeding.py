"""Random bits derived from a text; the same text always gives the same bits."""

from __future__ import annotations

from collections import OrderedDict
from functools import cached_property, lru_cache
from hashlib import blake2b
from itertools import islice
from random import Random

BLOCK = 256
"""The number of trials for which random numbers are drawn at once."""
_MOST = 64  # blocks that are kept; older blocks are made again when needed


class HexStream:
    """
    An endless stream of hexadecimal digits, from digests of a text.

    A ``Random`` is of higher quality but takes ten times as long to seed. Digests are good enough
    for ids.
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
    The source of one generated text: a ``seed``, and a ``Random`` that is seeded when needed.

    The seed alone selects most texts. Only the other texts need a ``Random``, which is slow to
    seed.
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


def seed_after(beginning: tuple[str, str], text: str) -> int:
    """Return a seed for ``beginning`` and ``text``; digest a repeated ``beginning`` only once."""
    digest = _begun(beginning).copy()
    digest.update(text.encode())
    return int.from_bytes(digest.digest(), "big")


@lru_cache(maxsize=64)
def _begun(texts: tuple[str, str]) -> blake2b:
    return blake2b("".join(texts).encode(), digest_size=8)


class Draws:
    """The draws of a rule: in each trial, ``each`` random numbers from 0 to 1."""

    def __init__(self, seed: str, each: int) -> None:
        self._seed = seed
        self._each = each
        self._random = Random(seed)
        self._made = 0
        self._blocks: OrderedDict[int, tuple[float, ...]] = OrderedDict()

    def of(self, number: int) -> tuple[float, ...]:
        """Return the draws of a trial; the first trial is 1."""
        if not self._each:
            return ()
        block, at = divmod(number - 1, BLOCK)
        found = self._blocks.get(block) or self._block(block)
        return found[at * self._each : (at + 1) * self._each]

    def _block(self, block: int) -> tuple[float, ...]:
        if block < self._made:
            self._random, self._made = Random(self._seed), 0
            self._blocks.clear()
        while self._made <= block:
            drawn = iter(self._random.random, None)
            self._blocks[self._made] = tuple(islice(drawn, BLOCK * self._each))
            self._made += 1
            if len(self._blocks) > _MOST:
                self._blocks.popitem(last=False)
        return self._blocks[block]
