"""
Finds the place in an answer's bytes at which a fault may insert something.

Usually that is the beginning of the text. If the text is itself JSON, an insertion at its beginning
would only break the JSON, so the place is the beginning of the longest string in the JSON.
"""

from __future__ import annotations

import re
from typing import TypeAlias

from mockserver.plan import Data, Plan

Place: TypeAlias = tuple[int, int]
"""The index of a step, and the index of a byte in that step."""

_CONTENT = re.compile(rb'"(?:content|text)":"((?:[^"\\]|\\.)*)"')
# the value of a key in JSON that is itself inside a JSON string, where a quote is \"
_VALUE = re.compile(rb'\\"\s*:\s*\\"((?:[^\\]|\\\\(?:\\["\\]|[^\\]))+)')


def inside_json(plan: Plan) -> Place | None:
    """Return the beginning of the longest string value; None if the text is not JSON."""
    texts = [
        (at, found.start(1), found[1])
        for at, step in enumerate(plan)
        if isinstance(step, Data)
        for found in _CONTENT.finditer(step.data)
    ]
    whole = b"".join(text for _, _, text in texts)
    if not whole.startswith(b"{"):
        return None
    values = sorted(_VALUE.finditer(whole), key=lambda found: len(found[1]), reverse=True)
    return _place(texts, values[0].start(1)) if values else None


def _place(texts: list[tuple[int, int, bytes]], offset: int) -> Place | None:
    """Return the place of the byte that has the given offset when all texts are joined."""
    for at, begin, text in texts:
        if offset < len(text):
            return at, begin + offset
        offset -= len(text)
    return None
