"""
Checks that an app returns the texts of the answers that the mock sent.

An app may drop white space around a text, change line ends, drop thoughts in tags, and write text
of its own around an answer. It may also parse an answer in JSON, or return one of the values in it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import cached_property
from pathlib import PurePath
from typing import Any, TypeGuard
from uuid import UUID

from mockserver.journal import Exchange, Journal, Served
from mockserver.journal.grouping import grouped

from .differences import Difference, difference
from .results import fields

_BEGINNING = 12  # the first characters of an answer, by which it is found in a longer text
_BY_CHANCE = 16  # characters; an answer this short may occur inside other words by chance
_LIKE = 1 / 2  # a text with this share of an answer counts as a part of the answer
_ENDED = ("stop", "tool_calls")
# types that an app may make from texts or numbers in JSON
_MADE = (date, time, timedelta, Decimal, UUID, PurePath)
_THOUGHTS = re.compile(r"\s*<((?:think|thought|reason)\w*)>.*?</\1>", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class ServedAnswer:
    """An answer that was sent completely."""

    exchange: Exchange
    choice: Served

    @cached_property
    def forms(self) -> list[str]:
        """The forms in which the text may be returned: without its thoughts, and with them."""
        text = self.choice.text
        forms = map(_normal, (_THOUGHTS.sub("", text, count=1), text))
        return list(dict.fromkeys(filter(None, forms)))

    @cached_property
    def values(self) -> Counter[str]:
        """The texts and numbers in the JSON of the answer; none if the answer is not JSON."""
        return Counter(map(_written, _inside(self.parsed)))

    @cached_property
    def parsed(self) -> Any:
        """The answer's text parsed as a JSON object or list; None for any other text."""
        found = map(_parsed, self.forms)
        return next((one for one in found if one is not None), None)


def answers(journal: Journal) -> list[ServedAnswer]:
    """Return the last answer of each call, if it was sent completely and is not blank."""
    return [
        ServedAnswer(call.last, choice)
        for call in grouped(journal)
        for choice in call.last.choices[:1]
        if choice.finish in _ENDED and choice.text.strip()
    ]


def lost(result: object, served: Sequence[ServedAnswer]) -> tuple[Exchange, Difference] | None:
    """
    Return an answer that a result lacks or repeats, and how the two differ.

    If there are several answers, some may be meant for the app alone, such as drafts. So if a
    result has at least one of the answers, another answer counts as lost only if the result has at
    least half of that answer's text, or is empty in that answer's place.
    """
    texts = list(_texts(result))
    missing = [one for one in served if not _is_in(one, texts, result)]
    known = [form for one in served if one not in missing for form in one.forms]
    left = [rest for text in texts for rest in _without(known, text)]
    found = [(one, _nearest(one, left)) for one in missing]
    if found and len(missing) == len(served):
        one, nearest = max(reversed(found), key=lambda pair: _likeness(pair[1]))
        return one.exchange, nearest
    for one, nearest in found:
        if _is_empty(result, served.index(one), len(served), known):
            return one.exchange, _nearest(one, ())
        if _likeness(nearest) >= _LIKE:
            return one.exchange, nearest
    return _twice(served, texts)


def _is_in(answer: ServedAnswer, texts: Sequence[str], result: object) -> bool:
    """Return whether a result has an answer's text or all values of its JSON, or is one of them."""
    if any(_has(text, form) for text in texts for form in answer.forms):
        return True
    values = [one for _, one in fields(result)]
    if any(isinstance(one, (dict, list)) and one == answer.parsed for one in values):
        return True
    inside = [one for text in filter(_is_text, values) for one in _inside(_parsed(text))]
    found = Counter(map(_written, filter(_is_plain, [*values, *inside])))
    made = sum(isinstance(one, _MADE) for one in values)
    is_one_of_them = len(values) == 1 and found.total() == 1 and found <= answer.values
    return bool(answer.values) and (is_one_of_them or (answer.values - found).total() <= made)


def _without(known: Sequence[str], text: str) -> list[str]:
    """Return the parts of a text that are neither known answers nor pieces of these."""
    rests = re.split("|".join(map(re.escape, known)), text) if known else [text]
    return [rest.strip() for rest in rests if not any(rest in one for one in known)]


def _has(text: str, form: str) -> bool:
    if len(form) > _BY_CHANCE:
        return form in text
    return bool(re.search(rf"(?<!\w){re.escape(form)}(?!\w)", text))


def _nearest(answer: ServedAnswer, texts: Iterable[str]) -> Difference:
    """Return how an answer differs from the most similar text."""
    last = answer.choice.last_piece
    found = (
        difference(form, _from_beginning(text, form), last)
        for text in ("", *texts)
        for form in answer.forms
    )
    return max(found, key=_likeness)


def _likeness(found: Difference) -> float:
    return found.same / len(found.served)


def _from_beginning(text: str, form: str) -> str:
    """
    Return the part of a text that begins where the answer ``form`` begins.

    The result is the whole text if the answer does not begin in it.
    """
    found = text.find(form[:_BEGINNING]) if len(form) > _BY_CHANCE else 0
    return text[max(0, found) :]


def _is_empty(result: object, at: int, count: int, known: Sequence[str]) -> bool:
    """Return whether a result is a list in which the text or message for answer ``at`` is blank."""
    if not isinstance(result, Sequence) or isinstance(result, (str, bytes)) or not result:
        return False
    if not all(isinstance(item, str) for item in result):
        contents = [value for name, value in fields(result[-1]) if name == "content"]
        return at == count - 1 and any(isinstance(one, str) and not one.strip() for one in contents)
    # true if the items are whole answers, not pieces of one
    apart = any(_has(_normal(item), one) for item in result for one in known)
    return apart and len(result) == count and not result[at].strip()


def _twice(
    served: Sequence[ServedAnswer], texts: Sequence[str]
) -> tuple[Exchange, Difference] | None:
    """Return an answer that a text repeats although the model gave it only once."""
    given = Counter(form for one in served for form in one.forms)
    for one in served:
        for form in one.forms:
            if given[form] > 1 or texts.count(form) > 1:
                continue
            for text in texts:
                if "".join(text.split()) == 2 * "".join(form.split()):
                    return one.exchange, _nearest(one, [text])
    return None


def _texts(result: object) -> Iterator[str]:
    """
    Yield each text of a result; then, for each name, the joined texts of the fields of this name.

    Fields with the same name may hold the pieces of one text.
    """
    by_name: dict[str, list[str]] = {}
    for name, value in fields(result):
        text = value.decode(errors="replace") if isinstance(value, bytes) else value
        if not isinstance(text, str):
            continue
        yield _normal(text)
        by_name.setdefault(name, []).append(text)
        yield from map(_normal, filter(_is_text, _inside(_parsed(text))))
    for name, pieces in by_name.items():
        if name:
            yield _normal("".join(pieces))


def _normal(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _parsed(text: str) -> Any:
    """Return a text parsed as a JSON object or list; None for any other text."""
    if not text.startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _inside(value: Any) -> Iterator[object]:
    """Yield the texts and numbers in a value that was read from JSON."""
    if isinstance(value, (dict, list)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _inside(inner)
    elif _is_plain(value):
        yield value


def _is_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str)


def _is_plain(value: object) -> bool:
    """
    Return whether a value is a text or number.

    The values true, false and null need not be delivered.
    """
    return isinstance(value, (str, int, float, Enum)) and not isinstance(value, bool)


def _written(value: object) -> str:
    """Return a value as text; equal numbers give equal texts."""
    value = value.value if isinstance(value, Enum) else value
    return str(int(value) if isinstance(value, float) and value.is_integer() else value)
