"""Draws a text of a given length that matches a pattern."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from random import Random
from string import ascii_letters, digits, punctuation

from .budget import ImpossibleError
from .patterns import Chain, Chars, Edge, Either, Look, Node, Repeat, Width

_SURROGATES = range(0xD800, 0xE000)  # surrogates, which are no characters
# a character is drawn from the first of these strings that contains an allowed one
_SIGNS = (ascii_letters + digits, " -_." + punctuation)


def spelled(node: Node, length: int, random: Random) -> str:
    """
    Return a text for a pattern, with the given length.

    The text can violate anchors, boundaries and look-around, so the caller checks it. Raises
    ImpossibleError if no match has this length.
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
        raise ImpossibleError("its pattern requires a character that does not exist")
    low, high = random.choice(node.ranges)
    code = random.randint(low, high)
    return chr(code - 0x800 if code in _SURROGATES else code)


@lru_cache(maxsize=1024)
def _signs(node: Chars) -> str:
    found = ("".join(sign for sign in some if node.holds(sign)) for some in _SIGNS)
    return next((signs for signs in found if signs), "")


def _times(node: Repeat, length: int, random: Random) -> int:
    """Draw a number of repetitions that can have the given length together."""
    low, high = node.part.width
    if not high:
        return min(node.least, 1)  # a position, which has no width
    least = max(node.least, -(-length // high))
    most = min(node.most, length // low if low else least + 1)
    if least > most:
        raise ImpossibleError("its pattern and its lengths exclude each other")
    return random.randint(least, most)


def _parts(parts: Sequence[Node], length: int, random: Random) -> str:
    """Distribute a length over parts, and join their texts."""
    lows, highs = _sums(parts, 0), _sums(parts, 1)
    texts = []
    for at, part in enumerate(parts):
        least = max(part.width[0], length - highs[at + 1])
        most = min(part.width[1], length - lows[at + 1])
        if least > most:
            raise ImpossibleError("its pattern and its lengths exclude each other")
        text = spelled(part, random.randint(least, most), random)
        texts.append(text)
        length -= len(text)
    return "".join(texts)


def _sums(parts: Sequence[Node], side: int) -> list[int]:
    """Return the least (side 0) or greatest (side 1) width from each part to the end."""
    sums = [0]
    for part in reversed(parts):
        sums.append(sums[-1] + part.width[side])
    return sums[::-1]


def lengths(width: Width, least: int, most: int | None) -> tuple[int, int]:
    """Return the range of lengths to try, from the shortest to 8 characters more."""
    low = max(width[0], min(least, width[1]))
    high = min(width[1], low + 8 if most is None else min(most, low + 8))
    return low, max(low, high)
