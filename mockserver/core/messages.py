"""What a client sent, free of any web framework."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

_ELSEWHERE = "a process or event loop that can't be seen into"


@dataclass(frozen=True, slots=True)
class Sender:
    """
    A thread or a task of the client: what sends one request after the other, never two at once.

    It exists ``since`` that time, in seconds since the epoch; minus infinity when nobody knows.
    ``parent`` is who has started it, None when nobody knows; ``beside`` are the names of others
    that the same had started and not yet waited for, the last of them. No two have one name.

    ``busy`` are the seconds for which its thread has been at work when it sent, ``waits`` how many
    waits of its process had run their time by then; None when nobody counts. ``site`` is the line
    of the app's own code that sent it: its file, and its number. ``turn`` is the call of the app by
    the test that it belongs to: a request of one turn is no retry of another one's. None when it is
    not known.
    """

    name: str
    since: float = -math.inf
    parent: Sender | None = field(default=None, compare=False, repr=False)
    beside: frozenset[str] = field(default=frozenset(), compare=False, repr=False)
    busy: float = field(default=0.0, compare=False, repr=False)
    waits: int | None = field(default=None, compare=False, repr=False)
    site: tuple[str, int] | None = field(default=None, compare=False, repr=False)
    turn: tuple[int, int] | None = field(default=None, compare=False, repr=False)

    def begun_apart_from(self, other: Sender) -> float:
        """Return since when it, or who started it, has been somebody else than the other was."""
        if self.parent is other.parent:
            return self.since
        lineage = set(other._lineage())
        apart = self
        for ancestor in self._lineage():
            if ancestor in lineage:
                break
            apart = ancestor
        return apart.since

    def _lineage(self) -> Iterator[Sender]:
        """Yield it, who started it, who started that, and so on."""
        one: Sender | None = self
        while one is not None:
            yield one
            one = one.parent


@dataclass(frozen=True, slots=True)
class Request:
    """
    One HTTP request, fully received.

    ``path`` has no query and its escapes are undone, ``query`` is as sent; the names in ``headers``
    are lower-case; ``body`` is as sent, or empty where it was ``oversized`` and so not read;
    ``sender`` is known where the client runs in the same process.
    """

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""
    query: str = ""
    oversized: bool = False
    sender: Sender | None = None

    @property
    def key(self) -> str | None:
        """The API key of ``Authorization: Bearer KEY``; None when there is none in that form."""
        return _bearer(self.headers.get("authorization", ""))

    @property
    def place(self) -> str:
        """Where in the app it was sent, in words."""
        site = self.sender and self.sender.site
        return f"{site[0]}:{site[1]}" if site else _ELSEWHERE

    @property
    def document(self) -> dict[str, Any]:
        """The body as a JSON object, read anew each time; empty when it is none."""
        return json_object(self.body)


@lru_cache
def _bearer(authorization: str) -> str | None:
    scheme, _, credentials = authorization.partition(" ")
    key = credentials.strip()
    return key if scheme.lower() == "bearer" and key else None


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
