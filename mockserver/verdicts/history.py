"""Parts of answers that clients take for the whole and send back as history."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from mockserver.journal import Exchange, Served

from .heard import parts
from .verdict import Case, Finding

_ON_PURPOSE = 16  # tokens; who asks for so few wants no more, as of "yes" or "no"
# what a user message may say that asks for the rest of an answer
_ASKS_FOR_THE_REST = re.compile(
    r"continu|carry on|cut (off|short)|finish|go on|incomplete|keep going|left off|resum|stop|"
    r"truncat|proceed|remain|complet|expand|extend|elaborat|happen|missing|"
    r"\b(rest|more|next|further|then|last|ends?|ending|half|part|again|after|whole|full)\b",
    re.IGNORECASE,
)
# words by which a text is English, and no other language written without accents
_ENGLISH = re.compile(
    r"\b(and|does|how|should|that|the|this|what|when|where|which|who|why|with|would|you|your)\b",
    re.IGNORECASE,
)


def truncated_history(case: Case) -> Iterator[Finding]:
    """Find messages of the assistant that are answers that were cut, and are not called so."""
    for cut, choice in _cut_choices(case):
        text = choice.text.strip()
        fed = [
            late
            for late in case.exchanges
            if late.number > cut.number and text and _fed_back(text, messages_of(late))
        ]
        if fed and not any(
            _says(text, other) for other in case.exchanges if case.is_complete(other)
        ):
            yield Finding(
                f"#{cut.number} was cut after {cut.completion_tokens} tokens, "
                f"and #{fed[0].number} has it in its history as a whole answer",
                (cut, *fed),
            )


def _cut_choices(case: Case) -> Iterator[tuple[Exchange, Served]]:
    for exchange in case.exchanges:
        asked = exchange.requested_tokens
        if not (asked is not None and asked <= _ON_PURPOSE):
            for choice in parts(exchange):
                yield exchange, choice


def messages_of(exchange: Exchange) -> list[dict[str, Any]]:
    """Return the messages of a request, as far as they are any."""
    found = exchange.body.get("messages")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _fed_back(text: str, messages: Sequence[dict[str, Any]]) -> bool:
    """Whether the text stands there as an answer, and what follows can't ask for its rest."""
    return any(
        said.get("role") == "assistant"
        and content_of(said) == text
        and _asks_something_else(content_of(following))
        for said, following in pairwise(messages)
    )


def _asks_something_else(text: str) -> bool:
    """Whether a message is no request to go on; of another language than English nobody knows."""
    english = text.isascii() and _ENGLISH.search(text)
    return bool(english) and not _ASKS_FOR_THE_REST.search(text)


def content_of(message: dict[str, Any]) -> str:
    """Return the text of a message, all parts of it."""
    content = message.get("content")
    if isinstance(content, list):
        parts = [one.get("text") for one in content if isinstance(one, dict)]
        content = "".join(part for part in parts if isinstance(part, str))
    return content.strip() if isinstance(content, str) else ""


def _says(text: str, exchange: Exchange) -> bool:
    return any(choice.text.strip() == text for choice in exchange.choices)
