"""
Parses the regular expressions of ``pattern``, in the dialect of ECMA 262, into trees.

Python's own parser is private and reads another dialect, and ``re`` takes exponential time for some
patterns. Back references and flags are not supported.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NoReturn, TypeAlias

from .budget import ImpossibleError

MANY = 1_000_000  # means no upper bound
_LONGEST = 2_000  # characters of a pattern
_DEEPEST = 30
Ranges: TypeAlias = tuple[tuple[int, int], ...]
Width: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Chars:
    """One character inside ranges of code points, or outside the ranges if ``negated``."""

    ranges: Ranges
    negated: bool = False
    width: Width = (1, 1)

    def holds(self, sign: str) -> bool:
        """Return whether a character matches."""
        code = ord(sign)
        return any(low <= code <= high for low, high in self.ranges) is not self.negated


@dataclass(frozen=True, slots=True)
class Chain:
    """A sequence of parts."""

    parts: tuple[Node, ...]
    width: Width


@dataclass(frozen=True, slots=True)
class Either:
    """Alternatives."""

    options: tuple[Node, ...]
    width: Width


@dataclass(frozen=True, slots=True)
class Repeat:
    """A repeated part."""

    part: Node
    least: int
    most: int
    width: Width


@dataclass(frozen=True, slots=True)
class Edge:
    """A position: ``^``, ``$``, ``b`` for a word boundary, ``B`` for any other position."""

    kind: str
    width: Width = (0, 0)


@dataclass(frozen=True, slots=True)
class Look:
    """Look-ahead or look-behind, positive if ``wanted``."""

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
# the ASCII part of Unicode's properties is enough to make a text, and all engines agree on it
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
    """Return a pattern as a tree. Raises ImpossibleError for an invalid or unsupported pattern."""
    if len(pattern) > _LONGEST:
        raise ImpossibleError(f"a pattern may have {_LONGEST} characters at most")
    return _Parser(pattern).whole()


class _Parser:
    """A recursive-descent parser of one pattern."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.depth = 0

    def whole(self) -> Node:
        """Parse the whole pattern."""
        node = self.either()
        return node if self.at == len(self.pattern) else self.fail()

    def fail(self) -> NoReturn:
        """Refuse the pattern."""
        raise ImpossibleError(f"the pattern {self.pattern[:100]!r} is not understood")

    def takes(self, text: str) -> bool:
        """Return whether a text comes next, and skip it if so."""
        found = self.pattern.startswith(text, self.at)
        self.at += len(text) if found else 0
        return found

    def sign(self) -> str:
        """Consume and return the next character."""
        if self.at >= len(self.pattern):
            self.fail()
        self.at += 1
        return self.pattern[self.at - 1]

    def either(self) -> Node:
        """Parse alternatives separated by bars."""
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
        """Parse a sequence up to a bar, a closing bracket or the end."""
        parts: list[Node] = []
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            parts.append(self.repeated(self.atom()))
        low = sum(part.width[0] for part in parts)
        high = min(sum(part.width[1] for part in parts), MANY)
        return Chain(tuple(parts), (min(low, MANY), high))

    def repeated(self, part: Node) -> Node:
        """Parse the quantifier after a part, if there is one."""
        times = self.times()
        if times is None:
            return part
        self.takes("?")  # lazy quantifiers match the same texts
        least, most = times
        if least > most or (self.at < len(self.pattern) and self.pattern[self.at] in "*+?"):
            self.fail()
        low, high = part.width
        return Repeat(part, least, most, (min(low * least, MANY), min(high * most, MANY)))

    def times(self) -> tuple[int, int] | None:
        """Return a quantifier's least and greatest number of repetitions; None without one."""
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
        """Parse one character, class, position or group."""
        sign = self.sign()
        if sign in "([\\":
            return {"(": self.group, "[": self.set, "\\": self.escape}[sign]()
        if sign == ".":
            return _NO_NEWLINE
        if sign in "^$":
            return Edge(sign)
        return self.fail() if sign in _TIMES else Chars(((ord(sign), ord(sign)),))

    def group(self) -> Node:
        """Parse a group after its opening bracket."""
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
        """Parse an escape after its backslash."""
        sign = self.pattern[self.at : self.at + 1]
        if sign in _EDGES and sign.isalpha():
            self.at += 1
            return Edge(_EDGES[sign])
        return self.escaped()

    def escaped(self) -> Chars:
        """Parse an escape that stands for characters, inside a set or outside."""
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
        elif sign.isalnum():  # a back reference or an unknown escape
            self.fail()
        else:
            code = ord(sign)
        return Chars(((code, code),))

    def hexadecimal(self, digits: int) -> int:
        """Parse a code point in hexadecimal digits."""
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
        """Return the text before a delimiter, and skip this text and the delimiter."""
        found = self.pattern.find(end, self.at)
        if found < 0:
            self.fail()
        text, self.at = self.pattern[self.at : found], found + 1
        return text

    def set(self) -> Chars:
        """Parse a set after its opening bracket."""
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
        """Parse the rest of a range; a hyphen at the end of a set is literal."""
        if self.pattern[self.at + 1 : self.at + 2] == "]":
            return first
        self.at += 1
        return ((first[0][0], self.member()[0][1]),)

    def member(self) -> Ranges:
        """Parse one character or class of a set."""
        sign = self.sign()
        if sign != "\\":
            return ((ord(sign), ord(sign)),)
        if self.takes("b"):
            return ((8, 8),)
        found = self.escaped()
        return _outside(found.ranges) if found.negated else found.ranges


def _outside(ranges: Ranges) -> Ranges:
    """Return the code points outside of the ranges, which must be sorted."""
    starts = [0, *(high + 1 for _, high in ranges)]
    ends = [*(low - 1 for low, _ in ranges), 0x10FFFF]
    return tuple((low, high) for low, high in zip(starts, ends, strict=True) if low <= high)
