"""
What happened: every exchange, and the logical calls they belong to.

A call is one thing that the app asked for, with all the attempts made at it, by its client or by
the app itself. A request is another attempt of a call when it repeats the body of one that failed.
A client that says it is its first try (``x-stainless-retry-count: 0``) is believed as long as the
failed one is still being answered; one that says it tries again is always believed, for it may have
lost its patience with an answer in which nothing was wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

from . import ending
from .api.routes import Endpoint
from .messages import Request, json_object
from .plan import Close, Compact, Data, Plan, Wait, apart, head_of, tokens_of
from .quantities import decimal
from .scenario import Course, Missed, NearMiss, Subject

_SCHEMES = ("basic", "bearer", "digest", "token")
# "csk-", "sk-", "gsk_", "hf_", "pplx-": what tells vendors apart and gives nothing away
_PREFIX = re.compile(r"[^-_]{1,4}[-_]")


@dataclass(slots=True, eq=False)
class Exchange:
    """
    One request and its answer.

    Times are in seconds since the epoch. ``finished`` is None while the answer is being played,
    ``client_left`` says that the client did not wait for its end. The key in ``request`` is
    shortened beyond use, its body has been decoded. ``compact`` is what an edge plays. ``attempt``
    is its number in its call, from 1. ``faults`` are the names of those in the rule that took it.
    ``wanted_tokens`` are those that the limits had to hold back for it, ``reserved_tokens`` those
    that they did.
    """

    number: int
    at: float
    request: Request
    endpoint: Endpoint | None
    model: str
    stream: bool
    compact: Compact
    rule: str = ""
    prompt_tokens: int = 0
    requested_tokens: int | None = None
    admitted: bool = False
    wanted_tokens: int = 0
    reserved_tokens: int = 0
    cached_tokens: int = 0
    key: str | None = None
    finished: float | None = None
    client_left: bool = False
    attempt: int = 1
    faults: tuple[str, ...] = ()
    missed: Missed | None = field(default=None, repr=False)

    @property
    def plan(self) -> Plan:
        """The plan of the answer, with each event in a step of its own."""
        return apart(self.compact)

    @property
    def near_misses(self) -> tuple[NearMiss, ...]:
        """Why no rule took the request, the nearest first; empty when one did."""
        subject = Subject(self.endpoint, self.model, self.request, self.attempt)
        return self.missed.by(subject) if self.missed else ()

    @property
    def status(self) -> int | None:
        """The status; None when the connection is closed before the head."""
        head = head_of(self.compact)
        return head.status if head else None

    @property
    def completion_tokens(self) -> int:
        """The completion tokens that the plan hands to the client."""
        return tokens_of(self.compact)

    @property
    def interrupted(self) -> bool:
        """Whether the answer ends by a lost connection."""
        return isinstance(self.compact[-1], Close) if self.compact else True

    @property
    def stalled(self) -> bool:
        """Whether the answer stops without an end, so that only the client can give up."""
        return bool(self.compact) and isinstance(self.compact[-1], Wait)

    @property
    def refused(self) -> bool:
        """Whether the client gets an error status, or no head at all."""
        head = head_of(self.compact)
        return head is None or head.refuses

    @property
    def failed(self) -> bool:
        """Whether the client has a reason to try again or to give up."""
        return self.refused or self.interrupted or self.stalled or self.unfinished

    @property
    def unfinished(self) -> bool:
        """Whether the answer is a stream that never says why it has finished."""
        return ending.streams(self.compact) and self.finish_reason is None

    @property
    def broken_off(self) -> bool:
        """Whether the stream ends with an error event, in whatever form."""
        return self.unfinished and bool(ending.error_event(self.compact))

    @property
    def retry_after(self) -> float | None:
        """
        The seconds that the client is asked to wait; None when nothing sensible asks for any.

        The ``retry-after-ms`` of the SDKs wins over ``Retry-After``, as it does with them.
        """
        head = head_of(self.compact)
        if head is None:
            return None
        exact = _number(head.header("retry-after-ms"))
        if exact is not None:
            return exact / 1000
        value = head.header("retry-after")
        return _until(value, self.at) if _number(value) is None else _number(value)

    @property
    def error(self) -> dict[str, Any]:
        """What the error says; empty for a success and for an error that is no JSON object."""
        if self.unfinished:
            return ending.error_event(self.compact)
        if not self.refused:
            return {}
        return json_object(b"".join(step.data for step in self.compact if isinstance(step, Data)))

    def line(self) -> str:
        """Return the exchange in a line, for logs and reports."""
        how = "stream" if self.stream else ""
        words = (self.request.method, self.request.path, self.model, how)
        asked = " ".join(filter(None, map(_printable, words)))
        because = f" [{self.rule}]" if self.rule else ""
        return f"#{self.number} {asked} -> {self.outcome}{because}"

    @property
    def outcome(self) -> str:
        """What the client got, in a few words."""
        said = str(self.error.get("code") or self.error.get("message") or "")
        wait = "" if self.retry_after is None else f"Retry-After {decimal(self.retry_after)}"
        tokens = f"{self.completion_tokens} tokens" if self.completion_tokens else ""
        cut = "connection lost" if self.interrupted else "stalled" if self.stalled else ""
        if self.unfinished and not (said or cut):
            cut = "no finish_reason"
        left = "client left" if self.client_left else ""
        head = str(self.status) if self.status else "no answer"
        return ", ".join(filter(None, (head, said, wait, tokens, self.finish_reason, cut, left)))

    @property
    def body(self) -> dict[str, Any]:
        """What the app sent, as parsed JSON; empty when it is no JSON object."""
        return self.request.document

    @property
    def finish_reason(self) -> str | None:
        """The last ``finish_reason`` that the client gets; None when it gets none."""
        if (self.interrupted or self.stalled) and not self.stream:
            return None
        return ending.finish_reason(self.compact)


@dataclass(slots=True, eq=False)
class Call:
    """One logical call: the exchanges of its attempts, in order, and what rules made of it."""

    exchanges: list[Exchange] = field(default_factory=list)
    course: Course = field(default_factory=Course)

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
    """
    All exchanges since the start of the scenario; warm-ups are kept apart.

    ``scale`` is what a second of the scenario takes on the clock of the client.
    """

    def __init__(self, *, scale: float = 1.0) -> None:
        self.scale = scale
        self.exchanges: list[Exchange] = []
        self.calls: list[Call] = []
        self.warmups: list[Exchange] = []
        self._failed: dict[tuple[str, bytes], list[Call]] = {}
        self._latest: dict[tuple[str, bytes], Call] = {}

    def call_of(self, request: Request) -> Call:
        """Return the call that the request is another attempt of; a new one when it is none."""
        asked = _asked(request)
        tries = request.headers.get("x-stainless-retry-count", "")
        failed = self._failed.get(asked)
        if not failed:
            again = self._latest.get(asked) if tries not in ("", "0") else None
            return again or Call()
        if tries == "0" and failed[-1].last.finished is None:
            return Call()  # another thread asks the same at the same time
        return failed[-1]

    def add(self, exchange: Exchange, call: Call) -> None:
        """Note an exchange as the last attempt of its call."""
        if exchange.endpoint == "warming":
            self.warmups.append(exchange)
            return
        self.exchanges.append(exchange)
        asked = _asked(exchange.request)
        failed = self._failed.get(asked)
        if failed and failed[-1] is call:
            failed.pop()
        if not call.exchanges:
            self.calls.append(call)
        call.exchanges.append(exchange)
        self._latest[asked] = call
        if exchange.failed:
            self._failed.setdefault(asked, []).append(call)

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self.exchanges)


def _number(text: str | None) -> float | None:
    return float(text) if text and text.replace(".", "", 1).isdecimal() else None


def _until(date: str | None, now: float) -> float | None:
    """Return the seconds until a date of HTTP (RFC 9110, 5.6.7), none for one that is over."""
    try:
        then = parsedate_to_datetime(date or "").replace(tzinfo=UTC)
    except ValueError:
        return None
    return max(0.0, then.timestamp() - int(now))


def _printable(text: str) -> str:
    """Return a text that can't break a line or a log."""
    return text if text.isprintable() else repr(text)[1:-1]


def _asked(request: Request) -> tuple[str, bytes]:
    return request.path, request.body


def without_key(request: Request, body: bytes) -> Request:
    """Return the request with this body, its credentials shortened to what a diagnosis needs."""
    headers = dict(request.headers)
    if "authorization" in headers:
        headers["authorization"] = _shortened(headers["authorization"])
    return Request(
        request.method,
        request.path,
        headers,
        body,
        request.query,
        request.oversized,
        request.sender,
    )


@lru_cache
def _shortened(credentials: str) -> str:
    """
    Keep the scheme and what a key begins with.

    >>> _shortened("Bearer sk-proj-abcdefgh")
    'Bearer sk-...'
    """
    scheme, _, key = " ".join(credentials.split()).partition(" ")
    if scheme.lower() not in _SCHEMES:
        scheme, key = "", scheme
    prefix = _PREFIX.match(key)
    return f"{scheme} {prefix[0] if prefix else ''}...".lstrip()
