"""
What happened: every exchange, and the logical calls they belong to.

A call is one thing that the app asked for, with all the attempts its client made. A request is
another attempt of a call when it repeats the body of one that failed and its client does not say
that this is its first try (``x-stainless-retry-count: 0``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from .api.routes import Endpoint
from .messages import Request
from .plan import Close, Data, Plan, head_of, tokens_of

_LONGEST_PREFIX = 4  # "csk", "sk", "gsk", "hf": what tells vendors apart and gives nothing away


@dataclass(slots=True, eq=False)
class Exchange:
    """
    One request and its answer.

    Times are in seconds since the epoch. ``finished`` is None while the answer is being played,
    ``client_left`` says that the client did not wait for its end. The key in ``request`` is
    shortened beyond use.
    """

    number: int
    at: float
    request: Request
    endpoint: Endpoint | None
    model: str
    stream: bool
    plan: Plan
    rule: str = ""
    prompt_tokens: int = 0
    requested_tokens: int | None = None
    reserved_tokens: int = 0
    key: str | None = None
    finished: float | None = None
    client_left: bool = False

    @property
    def status(self) -> int | None:
        """The status; None when the connection is closed before the head."""
        head = head_of(self.plan)
        return head.status if head else None

    @property
    def completion_tokens(self) -> int:
        """The completion tokens that the plan hands to the client."""
        return tokens_of(self.plan)

    @property
    def interrupted(self) -> bool:
        """Whether the answer ends by a lost connection."""
        return isinstance(self.plan[-1], Close) if self.plan else True

    @property
    def refused(self) -> bool:
        """Whether the client gets an error status, or no head at all."""
        head = head_of(self.plan)
        return head is None or head.refuses

    @property
    def failed(self) -> bool:
        """Whether the client has a reason to try again or to give up."""
        return self.refused or self.interrupted

    @property
    def retry_after(self) -> float | None:
        """The seconds in ``Retry-After``; None without that header."""
        head = head_of(self.plan)
        value = head.header("retry-after") if head else None
        return float(value) if value and value.replace(".", "", 1).isdigit() else None

    @property
    def error(self) -> dict[str, Any]:
        """The error body; empty for a success and for an error that is no JSON object."""
        if not self.refused:
            return {}
        body = b"".join(step.data for step in self.plan if isinstance(step, Data))
        try:
            found = json.loads(body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def line(self) -> str:
        """Return the exchange in a line, for logs and reports."""
        how = "stream" if self.stream else ""
        asked = " ".join(filter(None, (self.request.method, self.request.path, self.model, how)))
        because = f" [{self.rule}]" if self.rule else ""
        return f"#{self.number} {asked} -> {self.outcome}{because}"

    @property
    def outcome(self) -> str:
        """What the client got, in a few words."""
        said = str(self.error.get("code") or self.error.get("message") or "")
        wait = "" if self.retry_after is None else f"Retry-After {self.retry_after:g}"
        tokens = f"{self.completion_tokens} tokens" if self.completion_tokens else ""
        cut = "connection lost" if self.interrupted else ""
        left = "client left" if self.client_left else ""
        head = str(self.status) if self.status else "no answer"
        return ", ".join(filter(None, (head, said, wait, tokens, self.finish_reason, cut, left)))

    @property
    def finish_reason(self) -> str | None:
        """The last ``finish_reason`` that the client gets; None when it gets none."""
        for step in reversed(self.plan):
            if isinstance(step, Data) and (at := step.data.find(b'"finish_reason":"')) >= 0:
                return step.data[at + 17 :].split(b'"', 1)[0].decode()
        return None


@dataclass(slots=True, eq=False)
class Call:
    """One logical call: the exchanges of its attempts, in order."""

    exchanges: list[Exchange] = field(default_factory=list)

    @property
    def attempts(self) -> int:
        """How many requests the client made."""
        return len(self.exchanges)

    @property
    def last(self) -> Exchange:
        """The attempt that decided how the call ended."""
        return self.exchanges[-1]

    @property
    def waits(self) -> tuple[float, ...]:
        """The seconds between the end of each failed attempt and the next one."""
        pairs = zip(self.exchanges, self.exchanges[1:], strict=False)
        return tuple(later.at - (early.finished or early.at) for early, later in pairs)


class Journal:
    """All exchanges since the start of the scenario; warm-ups are kept apart."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self.calls: list[Call] = []
        self.warmups: list[Exchange] = []
        self._failed: dict[tuple[str, bytes], list[Call]] = {}

    def add(self, exchange: Exchange) -> None:
        """Note an exchange and the call it belongs to."""
        if exchange.endpoint == "warming":
            self.warmups.append(exchange)
            return
        self.exchanges.append(exchange)
        call = self._continued(exchange)
        if call is None:
            call = Call()
            self.calls.append(call)
        call.exchanges.append(exchange)
        if exchange.failed:
            self._failed.setdefault(_asked(exchange), []).append(call)

    def _continued(self, exchange: Exchange) -> Call | None:
        """Return the call that the exchange is another attempt of, no longer as a failed one."""
        if exchange.request.headers.get("x-stainless-retry-count") == "0":
            return None
        failed = self._failed.get(_asked(exchange))
        return failed.pop() if failed else None

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self.exchanges)


def _asked(exchange: Exchange) -> tuple[str, bytes]:
    return exchange.request.path, exchange.request.body


def without_key(request: Request) -> Request:
    """Return the request with its credentials shortened to what a diagnosis needs."""
    headers = dict(request.headers)
    if "authorization" in headers:
        headers["authorization"] = _shortened(headers["authorization"])
    return replace(request, headers=headers)


def _shortened(credentials: str) -> str:
    """
    Keep the scheme and what a key begins with.

    >>> _shortened("Bearer sk-proj-abcdefgh")
    'Bearer sk-...'
    """
    scheme, _, key = credentials.partition(" ")
    prefix, dash, _ = key.partition("-")
    return f"{scheme} {prefix}{dash}..." if len(prefix) <= _LONGEST_PREFIX else f"{scheme} ..."
