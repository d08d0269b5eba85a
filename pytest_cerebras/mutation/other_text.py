"""Replaces a text with another one of the same form: JSON stays JSON with the same keys."""

from __future__ import annotations

import json
from itertools import cycle, islice

from pydantic import JsonValue

_WORDS = ("Something", "else", "entirely", "without", "any", "of", "those", "words,", "and", "no")


def other_text(text: str) -> str:
    """
    Return another text; JSON gets other values under the same keys.

    >>> other_text("Air scatters blue light."), other_text('{"city": "Bern", "days": 3}')
    ('Something else entirely without', '{"city": "Something", "days": 4}')
    """
    if not text.strip():
        return text
    try:
        return json.dumps(_other(json.loads(text)))
    except (ValueError, RecursionError):  # not JSON, or nested too deeply
        return _words(text)


def _words(text: str) -> str:
    """Return a text with the same number of other words."""
    count = max(1, len(text.split()))
    other = " ".join(islice(cycle(_WORDS), count))
    return other if other != text else " ".join(islice(cycle(reversed(_WORDS)), count))


def _other(value: JsonValue) -> JsonValue:
    """Return a value of the same form with each value replaced."""
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case str():
            return _words(value)
        case list():
            return [_other(one) for one in value]
        case dict():
            return {key: _other(one) for key, one in value.items()}
        case _:
            return value
