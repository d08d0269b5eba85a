"""
Regular expressions as trees: what ``pattern`` may be, in the dialect of ECMA 262.

A parser of our own, because Python's is private, reads another dialect, and its ``re`` takes for
ever over some patterns. Back references and flags are beyond it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NoReturn, TypeAlias

from .budget import ImpossibleError

MANY = 1_000_000  # stands for no upper bound
_LONGEST = 2_000  # characters of a pattern
_DEEPEST = 30
Ranges: TypeAlias = tuple[tuple[int, int], ...]
Width: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Chars:
    """One character out of ranges of code points, or one that is in none of them."""

    ranges: Ranges
    negated: bool = False
    width: Width = (1, 1)

    def holds(self, sign: str) -> bool:
        """Return whether it may be this character."""
        code = ord(sign)
        return any(low <= code <= high for low, high in self.ranges) is not self.negated


@dataclass(frozen=True, slots=True)
class Chain:
    """One after the other."""

    parts: tuple[Node, ...]
    width: Width


@dataclass(frozen=True, slots=True)
class Either:
    """One of several."""

    options: tuple[Node, ...]
    width: Width


@dataclass(frozen=True, slots=True)
class Repeat:
    """The same, so many times."""

    part: Node
    least: int
    most: int
    width: Width


@dataclass(frozen=True, slots=True)
class Edge:
    """A place in the text: ``^``, ``$``, ``b`` at the edge of a word, ``B`` where there is none."""

    kind: str
    width: Width = (0, 0)


@dataclass(frozen=True, slots=True)
class Look:
    """What must, or must not, stand ahead or behind."""

    part: Node
    ahead: bool
    wanted: bool
    width: Width = (0, 0)


Node: TypeAlias = Chars | Chain | Either | Repeat | Edge | Look

_DIGIT: Ranges = ((48, 57),)
_LETTER: Ranges = ((65, 90), (97, 122))
_WORD: Ranges = ((48, 57), (65, 90), (95, 95), (97, 122))
_SPACE: Ranges = ((9, 13), (32, 32), (160, 160), (0x2028, 0x2029), (0xFEFF, 0xFEFF))
_CLASSES: dict[str, Ranges] = {"d": _DIGIT, "w": _WORD, "s": _SPACE}
# of Unicode's properties the ASCII part: enough to make a text, and each regex engine agrees on it
_PROPERTIES: dict[str, Ranges] = {
    **dict.fromkeys(("L", "Letter", "Alphabetic"), _LETTER),
    **dict.fromkeys(("Lu", "Uppercase_Letter", "Uppercase"), ((65, 90),)),
    **dict.fromkeys(("Ll", "Lowercase_Letter", "Lowercase"), ((97, 122),)),
    **dict.fromkeys(("N", "Number", "Decimal_Number"), _DIGIT),
}
_CONTROLS = {"t": 9, "n": 10, "v": 11, "f": 12, "r": 13, "0": 0}
_HEXADECIMAL = {"x": 2, "u": 4}
_EDGES = {"^": "^", "$": "$", "A": "^", "Z": "$", "z": "$", "b": "b", "B": "B"}
_LOOKS = {"?=": (True, True), "?!": (True, False), "?<=": (False, True), "?<!": (False, False)}
_NO_NEWLINE = Chars(((10, 10), (13, 13), (0x2028, 0x2029)), negated=True)
_TIMES = {"*": (0, MANY), "+": (1, MANY), "?": (0, 1)}


@lru_cache(maxsize=256)
def parsed(pattern: str) -> Node:
    """Return a pattern as a tree. Raises ImpossibleError for what is none, or is not understood."""
    if len(pattern) > _LONGEST:
        raise ImpossibleError(f"a pattern may have {_LONGEST} characters at most")
    return _Parser(pattern).whole()


class _Parser:
    """Reads a pattern from its beginning to its end."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.depth = 0

    def whole(self) -> Node:
        """Return all of it."""
        node = self.either()
        return node if self.at == len(self.pattern) else self.fail()

    def fail(self) -> NoReturn:
        """Refuse the pattern."""
        raise ImpossibleError(f"the pattern {self.pattern[:100]!r} is not understood")

    def takes(self, text: str) -> bool:
        """Go on behind a text, if it stands here."""
        found = self.pattern.startswith(text, self.at)
        self.at += len(text) if found else 0
        return found

    def sign(self) -> str:
        """Return the next character."""
        if self.at >= len(self.pattern):
            self.fail()
        self.at += 1
        return self.pattern[self.at - 1]

    def either(self) -> Node:
        """Return what stands between bars."""
        self.depth += 1
        if self.depth > _DEEPEST:
            self.fail()
        options = [self.chain()]
        while self.takes("|"):
            options.append(self.chain())
        self.depth -= 1
        lows, highs = zip(*(one.width for one in options), strict=True)
        return Either(tuple(options), (min(lows), max(highs))) if options[1:] else options[0]

    def chain(self) -> Node:
        """Return what stands up to a bar, a bracket or the end."""
        parts: list[Node] = []
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            parts.append(self.repeated(self.atom()))
        low = sum(part.width[0] for part in parts)
        high = min(sum(part.width[1] for part in parts), MANY)
        return Chain(tuple(parts), (min(low, MANY), high))

    def repeated(self, part: Node) -> Node:
        """Return a part with the quantifier behind it, if there is one."""
        times = self.times()
        if times is None:
            return part
        self.takes("?")  # lazy or not, the same texts match
        least, most = times
        if least > most or (self.at < len(self.pattern) and self.pattern[self.at] in "*+?"):
            self.fail()
        low, high = part.width
        return Repeat(part, least, most, (min(low * least, MANY), min(high * most, MANY)))

    def times(self) -> tuple[int, int] | None:
        """Read a quantifier."""
        for sign, found in _TIMES.items():
            if self.takes(sign):
                return found
        end = self.pattern.find("}", self.at)
        if end < 0 or not self.pattern.startswith("{", self.at):
            return None
        low, comma, high = self.pattern[self.at + 1 : end].partition(",")
        if not low.isdecimal() or (high and not high.isdecimal()):
            return None
        self.at = end + 1
        most = int(high[:9]) if high else MANY if comma else int(low[:9])
        return min(int(low[:9]), MANY), min(most, MANY)

    def atom(self) -> Node:
        """Return one character, class, place or group."""
        sign = self.sign()
        if sign in "([\\":
            return {"(": self.group, "[": self.set, "\\": self.escape}[sign]()
        if sign == ".":
            return _NO_NEWLINE
        if sign in "^$":
            return Edge(sign)
        return self.fail() if sign in _TIMES else Chars(((ord(sign), ord(sign)),))

    def group(self) -> Node:
        """Return what stands in round brackets."""
        look = next((one for one in _LOOKS if self.takes(one)), None)
        if look is None and (self.takes("?<") or self.takes("?P<")):
            while self.sign() != ">":
                pass
        elif look is None and not self.takes("?:") and self.takes("?"):
            self.fail()  # flags, conditions
        inner = self.either()
        if not self.takes(")"):
            self.fail()
        return inner if look is None else Look(inner, *_LOOKS[look])

    def escape(self) -> Node:
        """Return what a backslash begins."""
        sign = self.pattern[self.at : self.at + 1]
        if sign in _EDGES and sign.isalpha():
            self.at += 1
            return Edge(_EDGES[sign])
        return self.escaped()

    def escaped(self) -> Chars:
        """Return the characters that a backslash begins, in square brackets or out of them."""
        sign = self.sign()
        if sign.lower() in _CLASSES:
            return Chars(_CLASSES[sign.lower()], negated=sign.isupper())
        if sign in "pP" and self.takes("{"):
            name = self.until("}").rpartition("=")[2]
            return Chars(_PROPERTIES.get(name) or self.fail(), negated=sign == "P")
        if sign in _CONTROLS:
            code = _CONTROLS[sign]
        elif sign in _HEXADECIMAL:
            code = self.hexadecimal(_HEXADECIMAL[sign])
        elif sign.isalnum():  # back references and what has no meaning
            self.fail()
        else:
            code = ord(sign)
        return Chars(((code, code),))

    def hexadecimal(self, digits: int) -> int:
        """Return a code point that is written as a number."""
        if self.takes("{"):
            text = self.until("}")
        else:
            text = self.pattern[self.at : self.at + digits]
            self.at += digits
        try:
            return ord(chr(int(text, 16)))
        except (ValueError, OverflowError):
            self.fail()

    def until(self, end: str) -> str:
        """Return what stands before a sign, and go on behind it."""
        found = self.pattern.find(end, self.at)
        if found < 0:
            self.fail()
        text, self.at = self.pattern[self.at : found], found + 1
        return text

    def set(self) -> Chars:
        """Return what stands in square brackets."""
        negated = self.takes("^")
        ranges: list[tuple[int, int]] = []
        while not self.takes("]"):
            first = self.member()
            if len(first) == 1 and self.pattern[self.at : self.at + 1] == "-":
                first = self.range_from(first)
            if any(low > high for low, high in first):
                self.fail()
            ranges += first
        return Chars(tuple(ranges), negated)

    def range_from(self, first: Ranges) -> Ranges:
        """Read the rest of a range; a hyphen at the end of a set is one."""
        if self.pattern[self.at + 1 : self.at + 2] == "]":
            return first
        self.at += 1
        return ((first[0][0], self.member()[0][1]),)

    def member(self) -> Ranges:
        """Return one character of a set, or a class in it."""
        sign = self.sign()
        if sign != "\\":
            return ((ord(sign), ord(sign)),)
        if self.takes("b"):
            return ((8, 8),)
        found = self.escaped()
        return _outside(found.ranges) if found.negated else found.ranges


def _outside(ranges: Ranges) -> Ranges:
    """Return the code points that are in none of the ranges, which stand in their order."""
    starts = [0, *(high + 1 for _, high in ranges)]
    ends = [*(low - 1 for low, _ in ranges), 0x10FFFF]
    return tuple((low, high) for low, high in zip(starts, ends, strict=True) if low <= high)
