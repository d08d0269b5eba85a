"""Finds the texts in a completion, piece by piece, and changes all pieces of a text together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple, TypeAlias

from mockserver.core.messages import dicts
from mockserver.faults.body import edited
from mockserver.plan import Plan


class Piece(NamedTuple):
    """A piece of a text: ``holder[key]`` is the piece, and ``of`` identifies the text."""

    of: Hashable
    holder: dict[str, Any]
    key: str

    @property
    def text(self) -> str:
        """The piece itself."""
        found: str = self.holder[self.key]
        return found


Finder: TypeAlias = Callable[[Any], Iterator[Piece]]
"""Yields the pieces of text in the JSON of a document, or of an event."""


def contents(body: Any) -> Iterator[Piece]:
    """Yield the pieces of the model's text."""
    for choice, holder in _holders(body):
        for key in ("content", "text"):
            if isinstance(holder.get(key), str) and holder[key]:
                yield Piece(choice, holder, key)


def arguments(body: Any) -> Iterator[Piece]:
    """Yield the pieces of the arguments of tool calls."""
    yield from _of_calls(body, "arguments")


def tool_names(body: Any) -> Iterator[Piece]:
    """Yield the names of the called tools."""
    yield from _of_calls(body, "name")


def pieces_of(plan: Plan, find: Finder) -> list[Piece]:
    """Return the pieces in all documents and events of a plan."""
    found: list[Piece] = []

    def note(body: Any) -> Any:
        found.extend(find(body))
        return body

    edited(plan, note)
    return found


def with_texts(plan: Plan, find: Finder, change: Callable[[Sequence[str]], Sequence[str]]) -> Plan:
    """Return the plan with each text changed; ``change`` takes the pieces of one text."""
    found: dict[Hashable, list[str]] = defaultdict(list)
    for piece in pieces_of(plan, find):
        found[piece.of].append(piece.text)
    changed = {of: list(change(pieces)) for of, pieces in found.items()}
    if changed == found:
        return plan
    left = {of: iter(pieces) for of, pieces in changed.items()}

    def put(body: Any) -> Any:
        for piece in find(body):
            piece.holder[piece.key] = next(left[piece.of])
        return body

    return edited(plan, put)


def divided(text: str, pieces: Sequence[str]) -> list[str]:
    """
    Return a text divided into as many parts as ``pieces`` has, about equally long.

    >>> divided("abcdef", ["x", "y"])
    ['abc', 'def']
    """
    count = len(pieces)
    places = [len(text) * number // count for number in range(count + 1)]
    return [text[start:end] for start, end in pairwise(places)]


def _of_calls(body: Any, key: str) -> Iterator[Piece]:
    for choice, holder in _holders(body):
        for number, call in enumerate(dicts(holder.get("tool_calls"))):
            function = call.get("function")
            if isinstance(function, dict) and isinstance(function.get(key), str):
                yield Piece((choice, call.get("index", number)), function, key)


def _holders(body: Any) -> Iterator[tuple[Hashable, dict[str, Any]]]:
    """Yield the number of each choice, and the object that contains its text."""
    for choice in dicts(body.get("choices") if isinstance(body, dict) else None):
        holder = choice.get("delta") or choice.get("message") or choice
        if isinstance(holder, dict):  # another fault may have put another type here
            yield choice.get("index"), holder
