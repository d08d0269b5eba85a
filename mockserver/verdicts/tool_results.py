"""
Classifies the answer to a tool call: a result, a refusal, or ``open``, which may be either.

The word stems of ``refusal_words.yaml`` do not cover all languages. So only its form makes a
message a certain result, for example a number or a JSON object without an error. Words can only
make a message a refusal.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any, Literal, TypeAlias

from mockserver.core.documents import shipped

Reading: TypeAlias = Literal["result", "refusal", "open"]

_WRONG_IF_TRUE = re.compile(
    r"^(is_?)?(error|errors|err|exception|failed|failure|cancel+ed|skipped|retry)$"
)
_WRONG_IF_FALSE = re.compile(r"^(is_?)?(ok|success|successful|valid|executed|completed|done|ran)$")
# a text that is only a remark, in any language, such as "[not executed]"
_REMARK = re.compile(r"[\[(<【（〔«].*[\])>】）〕»][.!。]?", re.DOTALL)
_AMOUNT = re.compile(r"[-+~]?[\d.,]*\d\s?\S{0,12}")
# a label before the answer of a tool, such as "Observation:"
_LABEL = re.compile(r"\A\s*[\w ]{1,24}:\s*")
_DEEPEST = 4  # levels of nested values that are searched


def reading_of(text: str) -> Reading:
    """
    Return whether the answer to a tool call is a result or a refusal; "open" if it may be either.

    >>> [reading_of(text) for text in ("21", '{"error": "cut"}', "[nicht gelaufen]", "Sunny")]
    ['result', 'refusal', 'refusal', 'open']
    """
    text = text.strip()
    try:
        return _of_value(json.loads(text), _DEEPEST)
    except (ValueError, RecursionError):
        if _says_no(text):
            return "refusal"
        return "result" if _AMOUNT.fullmatch(text) else "open"


def reading_of_text(text: str) -> Reading:
    """Return the same as ``reading_of`` for an answer in plain text, which may have a label."""
    return reading_of(_LABEL.sub("", text, count=1))


def _of_value(value: Any, depth: int) -> Reading:
    if isinstance(value, str):
        return "refusal" if _says_no(value) else "open"
    if value is None or value is False or not depth:
        return "open"
    inner = list(value.values()) if isinstance(value, dict) else value
    if isinstance(value, dict) and any(map(_is_wrong, value.items())):
        return "refusal"
    if isinstance(inner, list) and any(_of_value(one, depth - 1) == "refusal" for one in inner):
        return "refusal"
    return "result"


def _is_wrong(item: tuple[str, Any]) -> bool:
    """Return whether a key of an object, with its value, reports an error."""
    key, value = item[0].lower(), item[1]
    if _WRONG_IF_FALSE.match(key):
        return value is False
    return bool(value) and bool(
        _WRONG_IF_TRUE.match(key) or (isinstance(value, str) and _says_no(key))
    )


def _says_no(text: str) -> bool:
    return bool(_REMARK.fullmatch(text) or _stems().search(text))


@cache
def _stems() -> re.Pattern[str]:
    """Return a pattern for the stems of all languages."""
    languages = shipped(__package__, "refusal_words").data.values()
    return re.compile("|".join("|".join(stems) for stems in languages), re.IGNORECASE)
