"""
Finds the place in an answer's bytes at which a fault may insert something.

Usually that is the beginning of the text. If the text is itself JSON, as the arguments of a tool
call are, an insertion at its beginning would break the JSON, and a changed date or enum would break
the schema. So the place is then the beginning of the longest string that has several words.
"""

from __future__ import annotations

import re
from typing import NamedTuple, TypeAlias

from mockserver.plan import Data, Plan

Place: TypeAlias = tuple[int, int]
"""The index of a step, and the index of a byte in that step."""

_TEXT = re.compile(rb'"(content|text|reasoning|arguments|message)":"((?:[^"\\]|\\.)*)"')
# the value of a key in JSON that is itself inside a JSON string, where a quote is \"
_VALUE = re.compile(rb'\\"\s*:\s*\\"((?:[^\\]|\\\\(?:\\["\\]|[^\\]))+)')
_OBJECT = (b"{", b"data: {")
_SAID = (b"content", b"text")
_CALLED = (b"arguments",)


class _Piece(NamedTuple):
    """A piece of text: the key that has it, the indexes of its step and first byte, its bytes."""

    key: bytes
    at: int
    begin: int
    text: bytes


def place_for_text(plan: Plan) -> Place | None:
    """Return where more text may begin; None if the answer has no text, or no such place in it."""
    pieces = [
        _Piece(found[1], at, found.start(2), found[2])
        for at, step in enumerate(plan)
        if isinstance(step, Data) and step.data.startswith(_OBJECT)
        for found in _TEXT.finditer(step.data)
    ]
    if not pieces:
        return None
    said = [piece for piece in pieces if piece.key in _SAID]
    if b"".join(piece.text for piece in said).startswith((b"{", b"[{")):
        return _in_words(said)
    first = pieces[0]
    if first.key in _CALLED:
        return _in_words([piece for piece in pieces if piece.key in _CALLED])
    return first.at, first.begin


def _in_words(pieces: list[_Piece]) -> Place | None:
    """Return the beginning of the longest value of several words in JSON."""
    whole = b"".join(piece.text for piece in pieces)
    values = [found for found in _VALUE.finditer(whole) if b" " in found[1]]
    if not values:
        return None
    offset = max(values, key=lambda found: len(found[1])).start(1)
    for piece in pieces:
        if offset < len(piece.text):
            return piece.at, piece.begin + offset
        offset -= len(piece.text)
    return None
