"""How a client is set up, as far as it is known: from a request, a variable or a line of code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeAlias
from urllib.parse import SplitResult, urlsplit

from mockserver.api.contract.edition import Edition
from mockserver.journal import Exchange

from .vendors import OURS

Client: TypeAlias = Literal["", "cerebras", "openai"]
"""The kind of a client by what it appends to its base URL; empty if unknown."""
_APPENDED: Mapping[Client, str] = {
    "": "",
    "cerebras": "/v1/chat/completions",
    "openai": "/chat/completions",
}
_RIGHT: Mapping[Client, str] = {
    "": f"https://{OURS}/v1 (https://{OURS} for the Cerebras SDK)",
    "cerebras": f"https://{OURS}",
    "openai": f"https://{OURS}/v1",
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
    ``body`` is that of a request, ``raw`` its bytes, ``query`` its query. ``status`` is that of the
    answer, ``error`` its error as JSON; None if none was sent. ``variables`` are the names of those
    that the environment sets.
    """

    edition: Edition
    client: Client = ""
    base_url: str = ""
    method: str = ""
    path: str = ""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    authorization: str | None = None
    key_place: str = ""
    model: str = ""
    body: Mapping[str, Any] = field(default_factory=dict[str, Any])
    raw: bytes | None = None
    query: str = ""
    status: int | None = None
    error: Mapping[str, Any] | None = None
    variables: frozenset[str] = frozenset()

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
            return self.url.hostname == OURS
        return self.client == "cerebras" or self.key_place.upper().startswith("CEREBRAS")

    @property
    def code(self) -> str:
        """The code of the API's refusal; empty if there is none."""
        return str((self.error or {}).get("code", ""))

    @cached_property
    def asked(self) -> str:
        """The path that a chat asks for: that of the request, or the base URL's with its end."""
        return self.path or (self.url.path.rstrip("/") + _APPENDED[self.client])

    @property
    def is_ours(self) -> bool:
        """Whether it is the API that is asked: a proxy in front of it may have other paths."""
        return bool(self.path) or (self.url.hostname or "") == OURS

    @property
    def right_url(self) -> str:
        """The base URL to write, for its kind of client."""
        return _RIGHT[self.client]


def setup_of(exchange: Exchange, edition: Edition) -> Setup:
    """Return what an exchange shows of how its client is set up."""
    request = exchange.request
    return Setup(
        edition,
        method=request.method,
        path=request.path,
        headers=request.headers,
        authorization=request.headers.get("authorization", ""),
        model=exchange.model,
        body=exchange.body,
        client=_client_by(request.headers.get("user-agent", "")),
        raw=request.body,
        query=request.query,
        status=exchange.status,
        error=exchange.error,
    )


def _client_by(agent: str) -> Client:
    """Return the kind of a client that names itself; langchain and others use openai's."""
    name = agent.lower().removeprefix("async").partition("/")[0]
    return "cerebras" if name == "cerebras" else "openai" if name == "openai" else ""
