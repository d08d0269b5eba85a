"""
Matches a text against a pattern in bounded time.

All possible end positions of a part of the pattern are found together, so nested repetitions do not
multiply. The engine of ``core.regexes`` has no look-around. Schemas need look-around, for example
``^(?=.*[A-Z])`` to require a capital letter.
"""

from __future__ import annotations

from .budget import Budget
from .patterns import Chain, Chars, Edge, Either, Look, Node, Repeat, parsed


def matches(pattern: str, text: str, budget: Budget) -> bool:
    """Return whether the text contains a match. Raises ImpossibleError for a bad pattern."""
    budget.spend(2 + len(pattern) // 4)
    return bool(_ends(parsed(pattern), text, set(range(len(text) + 1)), budget))


def _ends(node: Node, text: str, starts: set[int], budget: Budget) -> set[int]:
    """Return the positions at which a match of a part can end if it begins at one of the starts."""
    budget.spend(1 + len(starts) // 8)
    match node:
        case Chars():
            return {at + 1 for at in starts if at < len(text) and node.holds(text[at])}
        case Chain():
            for part in node.parts:
                starts = _ends(part, text, starts, budget) if starts else starts
            return starts
        case Either():
            return set().union(*(_ends(one, text, starts, budget) for one in node.options))
        case Repeat():
            return _repeated(node, text, starts, budget)
        case Edge():
            return {at for at in starts if _is_edge(node.kind, text, at)}
        case Look():
            return {at for at in starts if _seen(node, text, at, budget) is node.wanted}


def _repeated(node: Repeat, text: str, starts: set[int], budget: Budget) -> set[int]:
    """Return the positions at which repetitions of a part can end."""
    found = set(starts) if node.least == 0 else set()
    times, ends = 0, starts
    while ends and times < node.most:
        before, ends = ends, _ends(node.part, text, ends, budget)
        times += 1
        if times >= node.least:
            ends -= found
            found |= ends
        elif ends == before:  # an empty match: all further repetitions are the same
            times = max(times, node.least - 1)
    return found


def _is_edge(kind: str, text: str, at: int) -> bool:
    if kind == "^":
        return at == 0
    if kind == "$":
        return at == len(text)
    before, behind = at > 0 and _in_word(text[at - 1]), at < len(text) and _in_word(text[at])
    return (before is not behind) is (kind == "b")


def _in_word(sign: str) -> bool:
    return sign == "_" or sign.isalnum()


def _seen(node: Look, text: str, at: int, budget: Budget) -> bool:
    if node.ahead:
        return bool(_ends(node.part, text, {at}, budget))
    starts = range(max(0, at - node.part.width[1]), at + 1)
    return any(at in _ends(node.part, text, {start}, budget) for start in starts)
