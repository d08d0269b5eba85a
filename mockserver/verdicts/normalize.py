"""Strips a request of its ids and times, which an app may change with each attempt."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from typing import Any

from mockserver.journal import Exchange

_IDS = (
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",  # a UUID
    r"(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{8,}",  # a digest, or a random token
)
_TIMES = (
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?)?",
    r"\d\d?:\d\d(?::\d\d)?(?:\.\d+)?",
    r"\d{9,}(?:\.\d+)?",  # seconds since the epoch, or a finer unit
)
_TIME = re.compile(rf"\b(?:{'|'.join(_TIMES)})\b", re.IGNORECASE)
_MOMENT = re.compile(rf"\b(?:{'|'.join((*_IDS, *_TIMES))})\b", re.IGNORECASE)
_OF_THE_ATTEMPT = ("metadata", "safety_identifier", "seed", "user")  # fields of the body


def lasting(text: str) -> str:
    """
    Return a text without its ids and times.

    >>> lasting("It is 2026-11-21T10:20:30Z (1795256430.5). Ping 3!")
    'It is * (*). Ping 3!'
    """
    return _MOMENT.sub("*", text)


def asked_without(exchange: Exchange, fields: Collection[str]) -> str | bytes:
    """Return a body without some fields, or the unchanged body if JSON can't encode it again."""
    body = {name: value for name, value in exchange.body.items() if name not in fields}
    return _written(body) or exchange.request.body


def normalized(exchange: Exchange) -> tuple[str, str] | None:
    """
    Return the path and the body of a request, without the parts that may change with each attempt.

    This removes the fields that do not affect the answer, and the times in the system prompt. Other
    ids and times remain, because the question may be about them. Returns None if there is no JSON
    body, or if JSON can't encode it again.
    """
    body = {name: value for name, value in exchange.body.items() if name not in _OF_THE_ATTEMPT}
    if isinstance(messages := body.get("messages"), list):
        body["messages"] = [_timeless(one) for one in messages]
    written = _written(body) if body else None
    return None if written is None else (exchange.request.path, written)


def _timeless(message: Any) -> Any:
    if not isinstance(message, dict) or message.get("role") not in ("system", "developer"):
        return message
    content = message.get("content")
    return {**message, "content": _TIME.sub("*", content) if isinstance(content, str) else content}


def _written(body: Mapping[str, Any]) -> str | None:
    try:
        return json.dumps(body, sort_keys=True)
    except RecursionError:  # too deeply nested for the stack that is left here
        return None
