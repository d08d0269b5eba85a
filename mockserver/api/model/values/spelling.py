"""A text that matches a pattern, of a length, drawn from the ``Random`` that is handed in."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from random import Random
from string import ascii_letters, digits, punctuation

from .budget import ImpossibleError
from .patterns import Chain, Chars, Edge, Either, Look, Node, Repeat, Width

_SURROGATES = range(0xD800, 0xE000)  # halves of a pair
_SIGNS = (ascii_letters + digits, " -_." + punctuation)  # from the first ones, if they may stand


def spelled(node: Node, length: int, random: Random) -> str:
    """
    Return a text for a pattern; edges and what stands ahead or behind is left to a check.

    Raises ImpossibleError where it can't be so long.
    """
    low, high = node.width
    if not low <= length <= high:
        raise ImpossibleError("its pattern and its lengths exclude each other")
    match node:
        case Chars():
            return _sign(node, random)
        case Chain():
            return _parts(node.parts, length, random)
        case Either():
            fits = [one for one in node.options if one.width[0] <= length <= one.width[1]]
            if not fits:
                raise ImpossibleError("its pattern and its lengths exclude each other")
            return spelled(random.choice(fits), length, random)
        case Repeat():
            return _parts([node.part] * _times(node, length, random), length, random)
        case Edge() | Look():
            return ""


def _sign(node: Chars, random: Random) -> str:
    signs = _signs(node)
    if signs:
        return random.choice(signs)
    if node.negated or not node.ranges:
        raise ImpossibleError("its pattern wants a character that there is not")
    low, high = random.choice(node.ranges)
    code = random.randint(low, high)
    return chr(code - 0x800 if code in _SURROGATES else code)


@lru_cache(maxsize=1024)
def _signs(node: Chars) -> str:
    found = ("".join(sign for sign in some if node.holds(sign)) for some in _SIGNS)
    return next((signs for signs in found if signs), "")


def _times(node: Repeat, length: int, random: Random) -> int:
    """Return how often something stands there, so that it can be so long."""
    low, high = node.part.width
    if not high:
        return min(node.least, 1)  # an edge, which stands where it stands
    least = max(node.least, -(-length // high))
    most = min(node.most, length // low if low else least + 1)
    if least > most:
        raise ImpossibleError("its pattern and its lengths exclude each other")
    return random.randint(least, most)


def _parts(parts: Sequence[Node], length: int, random: Random) -> str:
    """Share a length among parts."""
    lows, highs = _sums(parts, 0), _sums(parts, 1)
    said = []
    for at, part in enumerate(parts):
        least = max(part.width[0], length - highs[at + 1])
        most = min(part.width[1], length - lows[at + 1])
        if least > most:
            raise ImpossibleError("its pattern and its lengths exclude each other")
        text = spelled(part, random.randint(least, most), random)
        said.append(text)
        length -= len(text)
    return "".join(said)


def _sums(parts: Sequence[Node], side: int) -> list[int]:
    """Return how wide the parts from each one on are together, least or most."""
    sums = [0]
    for part in reversed(parts):
        sums.append(sums[-1] + part.width[side])
    return sums[::-1]


def lengths(width: Width, least: int, most: int | None) -> tuple[int, int]:
    """Return the shortest and the longest text worth a try: a few more than there must be."""
    low = max(width[0], min(least, width[1]))
    high = min(width[1], low + 8 if most is None else min(most, low + 8))
    return low, max(low, high)
