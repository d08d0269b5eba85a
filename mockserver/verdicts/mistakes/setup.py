"""What is known of a client's set-up from a request, a variable or a line of code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeAlias
from urllib.parse import SplitResult, urlsplit

from mockserver.api.contract.edition import Edition
from mockserver.journal import Exchange

from .vendors import OURS

Client: TypeAlias = Literal["", "cerebras", "openai"]
"""The kind of a client, by the path that the client appends to the base URL; empty if unknown."""
_APPENDED: Mapping[Client, str] = {
    "": "",
    "cerebras": "/v1/chat/completions",
    "openai": "/chat/completions",
}
_HOST = re.compile(
    r"(?:([\w.-]{1,253})|\[[\dA-F:.]{2,45}\])(?::\d{1,5})?", re.ASCII | re.IGNORECASE
)
_NOWHERE = urlsplit("")


@dataclass(frozen=True)
class Setup:
    """
    The known facts about the set-up of a client. Unknown facts are None or empty.

    ``edition`` describes the API. ``base_url`` is as the user wrote it. ``method``, ``path`` and
    ``headers`` come from a request; the names of ``headers`` are in lower case. ``authorization``
    is the redacted field of that name, which the client sent or would send; empty if the client
    sends none. ``key_place`` is where the user wrote the key, for example the name of a variable.
    ``body`` is the body of a request, ``raw`` has its bytes, and ``query`` is the query. ``status``
    is the status of the answer, and ``error`` its error as JSON; both are None if no request was
    sent. ``variables`` has the names of all environment variables.
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
        """The parts of the base URL; all are empty if there is no valid one."""
        try:
            return urlsplit(self.base_url.strip())
        except ValueError:
            return _NOWHERE

    @cached_property
    def host(self) -> str:
        """The host of the base URL, in lower case; empty if there is none."""
        return self.url.hostname or ""

    @cached_property
    def at_cerebras(self) -> bool:
        """Whether it is known that the key and the model are meant for Cerebras."""
        if self.error is not None:
            return True
        if self.base_url:
            return self.host == OURS
        return self.client == "cerebras" or self.key_place.upper().startswith("CEREBRAS")

    @property
    def code(self) -> str:
        """The code of the API's refusal; empty if there is none."""
        return str((self.error or {}).get("code", ""))

    @cached_property
    def asked(self) -> str:
        """The path of the request, or else the path of a chat with this base URL."""
        return self.path or (self.url.path.rstrip("/") + _APPENDED[self.client])

    @cached_property
    def is_ours(self) -> bool:
        """Whether the request goes to the API itself, not to a proxy that may have other paths."""
        return bool(self.path) or self.host == OURS

    @cached_property
    def origin(self) -> str:
        """The origin that the base URL should have: that of the API, or of the mock."""
        host = self.headers.get("host", "")
        found = _HOST.fullmatch(host)
        if found is None or (found[1] or "").lower().rstrip(".") == OURS:
            return f"https://{OURS}"
        return f"http://{host}"

    @property
    def openai_url(self) -> str:
        """The base URL for OpenAI's SDK, and for clients like it."""
        return f"{self.origin}/v1"

    @property
    def right_url(self) -> str:
        """The right base URL for this kind of client."""
        if self.client == "cerebras":
            return self.origin
        both = f"{self.openai_url} ({self.origin} for the Cerebras SDK)"
        return self.openai_url if self.client == "openai" else both


def setup_of(exchange: Exchange, edition: Edition) -> Setup:
    """Return the facts that an exchange shows about the set-up of its client."""
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
    """Return the kind of client from its user agent; langchain and others use OpenAI's SDK."""
    name = agent.lower().removeprefix("async").partition("/")[0]
    return "cerebras" if name == "cerebras" else "openai" if name == "openai" else ""
