"""Tells whether an answer arrived whole, in part or not at all, and what it was the answer to."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any, TypeAlias

from mockserver.api.contract.routes import COMPLETING
from mockserver.api.model.conversation import last_user_text
from mockserver.core.messages import dicts
from mockserver.journal import Exchange, Served
from mockserver.plan import duration_of, inspection

from .conformance import readable
from .normalize import lasting

_LENGTH = b'"length"'
_WORD = re.compile(r"\w+")
_SHARE = 0.5  # of the words of a text; two different documents share fewer
Said: TypeAlias = Sequence[str]
"""All texts of a request, without ids and times and without empty texts."""


def received(exchange: Exchange) -> bool:
    """
    Return whether the client stayed until the answer was over.

    A client that left may know nothing of the answer: neither its status nor its header fields.
    """
    return exchange.finished is not None and not exchange.client_left


def parts(exchange: Exchange) -> list[Served]:
    """
    Return the choices, except empty ones, that the client could recognize as incomplete.

    Such a choice ends with ``length``, or the stream breaks off. Answers that the client abandoned
    do not count.
    """
    if exchange.refused or left(exchange) or exchange.endpoint not in COMPLETING:
        return []
    if not exchange.failed and _LENGTH not in inspection.body_of(exchange.plan):
        return []  # the usual case, handled here because parsing the choices takes time
    cut = [choice for choice in exchange.choices if choice.finish in (None, "length")]
    return [choice for choice in cut if choice.text or choice.calls]


def left(exchange: Exchange) -> bool:
    """Return whether the client abandoned an answer that would have ended by itself."""
    return exchange.client_left and math.isfinite(duration_of(exchange.plan))


def complete(exchange: Exchange) -> bool:
    """
    Return whether a completion arrived in full, so that there was no reason to ask again.

    A completion that some client misreads does not count as arrived.
    """
    if exchange.failed or not received(exchange):
        return False
    if exchange.endpoint not in COMPLETING or not readable(exchange):
        return False
    choices = exchange.choices
    return bool(choices) and all(choice.whole for choice in choices)


def question(exchange: Exchange) -> str:
    """Return the user's last text, or the prompt; empty if the body can't be read."""
    try:
        return last_user_text(exchange.body).strip()
    except (AttributeError, KeyError, TypeError):  # a body that failed validation
        return ""


def messages_of(exchange: Exchange) -> Sequence[dict[str, Any]]:
    """Return the messages of a request; anything that is not an object is left out."""
    return dicts(exchange.body.get("messages"))


def content_of(message: dict[str, Any]) -> str:
    """Return the text of a message, with all parts joined."""
    content = message.get("content")
    if isinstance(content, list):
        found = (one.get("text") for one in dicts(content))
        content = "".join(part for part in found if isinstance(part, str))
    return content.strip() if isinstance(content, str) else ""


def said(exchange: Exchange) -> Said:
    """Return the texts of all messages of a request, or its prompt; empty if none can be read."""
    prompt = exchange.body.get("prompt")
    texts = [content_of(message) for message in messages_of(exchange)]
    return [lasting(text) for text in (*texts, prompt) if isinstance(text, str) and text]


def repeats(early: Said, late: Said) -> bool:
    """Return whether a request repeats all texts of an earlier one; texts may have grown."""
    rest = iter(late)
    return all(any(text in other for other in rest) for text in early)


def may_repeat(one: Said, other: Said) -> bool:
    """
    Return whether two requests with one question may be about the same thing.

    The texts of one may be missing in the other, or may be worded differently there, but none of
    them may be replaced by a text on something else.
    """
    few, many = sorted((one, other), key=len)
    known = set(many)
    return all(text in known or any(_is_version(text, each) for each in many) for text in few)


def _is_version(one: str, other: str) -> bool:
    """Return whether one text may be the other one with other words."""
    if one in other or other in one:
        return True
    words, others = set(_WORD.findall(one.lower())), set(_WORD.findall(other.lower()))
    return len(words & others) >= _SHARE * min(len(words), len(others))
