"""Finds the first difference between a result and the text that was sent, and a likely cause."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile

_AROUND = 16  # characters shown before and after a position
_ENOUGH = 3  # this many equal characters show that the text continues


@dataclass(frozen=True, slots=True)
class Difference:
    """
    The first difference between a ``result`` and the text that the mock ``served``.

    ``at`` is its position, in characters from the beginning. ``same`` is the number of characters
    that both texts share before this position and at their ends.
    """

    served: str
    result: str
    at: int
    same: int
    hint: str

    def __str__(self) -> str:
        if not self.result:
            return self.hint
        served, result = (_place(text, self.at) for text in (self.served, self.result))
        parts = f"the answer has {served}, but the result has {result}"
        return f"at character {self.at}, {parts}: {self.hint}"


def difference(served: str, result: str, last_piece: str = "") -> Difference:
    """
    Return the first difference between two texts that are not equal.

    ``last_piece`` is the last of the pieces in which ``served`` was sent.

    >>> print(difference("Once upon a time", "Once upon", " a time"))
    at character 9, the answer has 'Once upon| a time', but the result has 'Once upon|': the last chunk is missing
    >>> print(difference("Once upon a time", "Onceupon a time").hint)
    a space is lost
    """  # noqa: E501 (a line of the output)
    at = _common(served, result)
    behind = _common(served[at:][::-1], result[at:][::-1])
    gone = served[at : len(served) - behind]
    added = result[at : len(result) - behind]
    if at == len(result):
        hint = _missing(served, at, last_piece)
    else:
        hint = _changed(served, result, at) or _replaced(gone, added)
    return Difference(served, result, at, at + behind, hint)


def _missing(served: str, at: int, last_piece: str) -> str:
    """Return a hint for a text that ends at this position."""
    if not at:
        return "all of it is missing"
    if served[at:].strip() == last_piece.strip():
        return "the last chunk is missing"
    return f"everything after {_short(served[max(0, at - _AROUND) : at])} is missing"


def _changed(served: str, result: str, at: int) -> str:
    """Return a hint for a known kind of change at this position; empty for any other."""
    left, came = served[at:], result[at:]
    if came.startswith("\ufffd"):
        return "a character of several bytes was decoded in pieces"
    if left[:1].isspace() and left.lstrip().startswith(came[:_ENOUGH]):
        return "a space is lost"
    if came[:1].isspace() and came.lstrip().startswith(left[:_ENOUGH]):
        return "a space is added"
    for size in range(1, at + 1):
        if result[at - size : at] == came[:size] and came[size:].startswith(left[:_ENOUGH]):
            return f"{_short(came[:size])} is there twice"
    return ""


def _replaced(gone: str, added: str) -> str:
    if not added:
        return f"{_short(gone)} is missing"
    return f"{_short(added)} is in its place" if gone else f"{_short(added)} is added"


def _common(one: str, other: str) -> int:
    """Return the length of the common beginning of two texts."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _place(text: str, at: int) -> str:
    """Return the text around a position, with a ``|`` at the position itself."""
    before = "..." if at > _AROUND else ""
    after = "..." if len(text) > at + _AROUND else ""
    shown = f"{text[max(0, at - _AROUND) : at]}|{text[at : at + _AROUND]}"
    return repr(f"{before}{shown}{after}")


def _short(text: str) -> str:
    return repr(text if len(text) <= 2 * _AROUND else f"{text[: 2 * _AROUND]}...")
