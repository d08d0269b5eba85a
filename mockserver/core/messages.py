"""A client's request, independent of any web framework."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

_ELSEWHERE = "a process or event loop that can't be inspected"


@dataclass(frozen=True, slots=True)
class Sender:
    """
    A thread or task of the client, which sends requests one at a time.

    ``name`` is unique. ``since`` is the time at which the sender started, in seconds since the
    epoch; minus infinity if unknown. ``parent`` is the sender that started this one, None if
    unknown. ``beside`` has the names of the latest senders that the parent had started before this
    one, and for which the parent had not yet waited.

    ``busy`` is the processor time of the thread at the moment of sending, in seconds. ``waits``
    counts how many waits of the process had ended by that moment; None if waits are not counted.
    ``site`` is the file and line of the app's own code that sent the request, None if unknown.
    ``turn`` identifies the call with which the test ran the app, None if unknown; a request of one
    turn never retries a request of another turn.
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
        """
        Return the time at which the ancestry of this sender parted from that of ``other``.

        This is the ``since`` of the oldest ancestor that ``other`` does not share, or this sender's
        own ``since`` if ``other`` shares all ancestors.
        """
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
        """Yield this sender, its parent, the parent's parent, and so on."""
        one: Sender | None = self
        while one is not None:
            yield one
            one = one.parent


class Fields(dict[str, str]):
    """
    The header fields of a request, with names in lower case; the mapping is never changed.

    ``shown`` are the same fields with credentials redacted.
    """

    __slots__ = ("shown",)
    shown: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Request:
    """
    One HTTP request, fully received.

    ``path`` is unquoted and has no query. ``query`` and ``body`` are as sent; the body is empty if
    it was ``oversized`` and therefore not read. The names in ``headers`` are in lower case.
    ``sender`` is None unless the client runs in the same process.
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
        """The API key of ``Authorization: Bearer KEY``; None without such a field."""
        return _bearer(self.headers.get("authorization", ""))

    @property
    def place(self) -> str:
        """The place in the app that sent the request, in words."""
        site = self.sender and self.sender.site
        return f"{site[0]}:{site[1]}" if site else _ELSEWHERE

    @property
    def document(self) -> dict[str, Any]:
        """The body as a JSON object, parsed on each access; empty if it is not an object."""
        return json_object(self.body)


@lru_cache
def _bearer(authorization: str) -> str | None:
    scheme, _, credentials = authorization.partition(" ")
    key = credentials.strip()
    return key if scheme.lower() == "bearer" and key else None


def dicts(value: object) -> list[dict[str, Any]]:
    """
    Return the mappings in a list; empty if the value is not a list.

    >>> dicts([{"a": 1}, 2]), dicts("text")
    ([{'a': 1}], [])
    """
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def json_object(text: bytes | str) -> dict[str, Any]:
    """
    Parse a JSON object; return an empty one for anything else.

    >>> json_object(b'{"a": 1}'), json_object(b"[1]"), json_object(b"{")
    ({'a': 1}, {}, {})
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):  # not JSON, or nested too deeply
        return {}
    return found if isinstance(found, dict) else {}
