"""How a client is set up, as far as it is known: from a request, a variable or a line of code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeAlias
from urllib.parse import SplitResult, urlsplit

from mockserver.api.contract.edition import Edition
from mockserver.api.contract.problem import HOST
from mockserver.journal import Exchange

Client: TypeAlias = Literal["", "cerebras", "openai"]
"""The kind of a client by what it appends to its base URL; empty if unknown."""
_APPENDED: Mapping[Client, str] = {
    "": "",
    "cerebras": "/v1/chat/completions",
    "openai": "/chat/completions",
}
_NOWHERE = urlsplit("")


@dataclass(frozen=True)
class Setup:
    """
    What is known of how a client is set up. What is not known is None or empty.

    ``edition`` is what the API is like. ``base_url`` is as the user wrote it. ``method``, ``path``
    and ``headers`` are those of a request; the names of ``headers`` are in lower case.
    ``authorization`` is the field of that name, or what it would be, redacted; it is empty if the
    client sends none. ``key_place`` is where the user wrote the key: the name of a variable, say.
    ``query`` and ``body`` are those of a request. ``error`` is the API's refusal of a request, as
    JSON; None if none was sent. ``variables`` are the names of those that the environment sets.
    ``versions`` are those of installed packages, by name.
    """

    edition: Edition
    client: Client = ""
    base_url: str = ""
    method: str = ""
    path: str = ""
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    authorization: str | None = None
    key_place: str = ""
    model: str = ""
    body: Mapping[str, Any] = field(default_factory=dict[str, Any])
    error: Mapping[str, Any] | None = None
    variables: frozenset[str] = frozenset()
    versions: Mapping[str, str] = field(default_factory=dict[str, str])

    @cached_property
    def url(self) -> SplitResult:
        """The base URL in its parts; all are empty if there is none, or it is none."""
        try:
            return urlsplit(self.base_url.strip())
        except ValueError:
            return _NOWHERE

    @cached_property
    def at_cerebras(self) -> bool:
        """Whether it is known that the key and the model are meant for Cerebras."""
        if self.error is not None:
            return True
        if self.base_url:
            return self.url.hostname == HOST
        return self.client == "cerebras" or self.key_place.upper().startswith("CEREBRAS")

    @property
    def code(self) -> str:
        """The code of the API's refusal; empty if there is none."""
        return str((self.error or {}).get("code", ""))

    @cached_property
    def asked(self) -> str:
        """The path that a chat asks for: that of the request, or the base URL's with its end."""
        return self.path or (self.url.path.rstrip("/") + _APPENDED[self.client])


def setup_of(exchange: Exchange, edition: Edition) -> Setup:
    """Return what an exchange shows of how its client is set up."""
    request = exchange.request
    return Setup(
        edition,
        method=request.method,
        path=exchange.sent_path or request.path,
        query=request.query,
        headers=request.headers,
        authorization=request.headers.get("authorization", ""),
        model=exchange.model,
        body=exchange.body,
        error=exchange.error,
    )
