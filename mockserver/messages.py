"""What a client sent, free of any web framework."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    """
    One HTTP request, fully received.

    ``path`` has no query and its escapes are undone, ``query`` is as sent; the names in ``headers``
    are lower-case; ``body`` is as sent, or empty where it was ``oversized`` and so not read.
    """

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""
    query: str = ""
    oversized: bool = False

    @property
    def key(self) -> str | None:
        """The API key of ``Authorization: Bearer KEY``; None when there is none in that form."""
        scheme, _, credentials = self.headers.get("authorization", "").partition(" ")
        key = credentials.strip()
        return key if scheme.lower() == "bearer" and key else None

    @property
    def document(self) -> dict[str, Any]:
        """The body as a JSON object, read anew each time; empty when it is none."""
        return json_object(self.body)


def json_object(text: bytes | str) -> dict[str, Any]:
    """
    Read a JSON object; anything else is an empty one.

    >>> json_object(b'{"a": 1}'), json_object(b"[1]"), json_object(b"{")
    ({'a': 1}, {}, {})
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):  # no JSON, or JSON too deep for anybody
        return {}
    return found if isinstance(found, dict) else {}
