"""What a client sent, free of any web framework."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


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
