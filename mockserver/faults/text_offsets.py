"""
Where the text of an answer stands in its bytes: the place at which a fault may put something into.

Text is where the first piece begins to say something. In an answer that is JSON itself that would
be outside of all strings, where no app expects anything; so there it is the longest string.
"""

from __future__ import annotations

import re
from typing import TypeAlias

from mockserver.plan import Data, Plan

Place: TypeAlias = tuple[int, int]
"""The number of a step, and of the byte in it."""

_CONTENT = re.compile(rb'"(?:content|text)":"((?:[^"\\]|\\.)*)"')
# the value of a key, in JSON that is itself in a string of JSON, so that its quotes are \"
_VALUE = re.compile(rb'\\"\s*:\s*\\"((?:[^\\]|\\\\(?:\\["\\]|[^\\]))+)')


def inside_json(plan: Plan) -> Place | None:
    """Return the begin of the longest string that a JSON answer has as a value, None in others."""
    said = [
        (at, found.start(1), found[1])
        for at, step in enumerate(plan)
        if isinstance(step, Data)
        for found in _CONTENT.finditer(step.data)
    ]
    whole = b"".join(text for _, _, text in said)
    if not whole.startswith(b"{"):
        return None
    values = sorted(_VALUE.finditer(whole), key=lambda found: len(found[1]), reverse=True)
    return _place(said, values[0].start(1)) if values else None


def _place(said: list[tuple[int, int, bytes]], offset: int) -> Place | None:
    """Return where a byte of the whole text stands."""
    for at, begin, text in said:
        if offset < len(text):
            return at, begin + offset
        offset -= len(text)
    return None
