"""The turns of a conversation, as a request sends them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mockserver.journal import Exchange


def messages_of(exchange: Exchange) -> Sequence[dict[str, Any]]:
    """Return the messages of a request, as far as they are any."""
    found = exchange.body.get("messages")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def content_of(message: dict[str, Any]) -> str:
    """Return the text of a message, all parts of it."""
    content = message.get("content")
    if isinstance(content, list):
        found = [one.get("text") for one in content if isinstance(one, dict)]
        content = "".join(part for part in found if isinstance(part, str))
    return content.strip() if isinstance(content, str) else ""
