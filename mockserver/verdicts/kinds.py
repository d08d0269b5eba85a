"""
The kinds of trouble that a client can meet, and which of them an exchange was.

They are what fault coverage counts: a suite that has never met one says nothing about it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from mockserver.journal import Exchange
from mockserver.plan import Close, Wait, head_of

_SLOW = 1.0  # seconds that a user notices
UNREACHABLE = "unreachable"
"""The one that leaves no exchange: the port of the scenario was shut."""


@dataclass(frozen=True, slots=True)
class FaultClass:
    """A kind of trouble: what it is, in a few words, and whether an exchange was of it."""

    what: str
    met: Callable[[Exchange], bool]


def kinds_of(exchange: Exchange) -> list[str]:
    """Return the names of the kinds of trouble in an exchange, in the order of the table."""
    return [name for name, kind in KINDS.items() if kind.met(exchange)]


def _status(*statuses: int) -> Callable[[Exchange], bool]:
    return lambda exchange: exchange.status in statuses


def _code(*codes: str) -> Callable[[Exchange], bool]:
    return lambda exchange: exchange.refused and exchange.error.get("code") in codes


def _page(exchange: Exchange) -> bool:
    head = head_of(exchange.plan)
    return head is not None and (head.header("content-type") or "").startswith("text/html")


def _refused_body(exchange: Exchange) -> bool:
    code = exchange.error.get("code")
    return exchange.status in (400, 422) and code != "context_length_exceeded"


def _lost(exchange: Exchange) -> bool:
    return exchange.status is not None and exchange.interrupted and not _ends_by_eof(exchange)


def _ends_by_eof(exchange: Exchange) -> bool:
    """Return whether the end of the connection is that of a stream: no client takes it for lost."""
    head = head_of(exchange.compact)
    by_fin = bool(exchange.compact) and exchange.compact[-1] == Close(reset=False)
    return by_fin and head is not None and head.streams and not head.framed


def _overloaded(exchange: Exchange) -> bool:
    full = exchange.error.get("code") == "queue_exceeded"
    return exchange.status == HTTPStatus.SERVICE_UNAVAILABLE or (exchange.refused and full)


def _slow(exchange: Exchange) -> bool:
    waits = (step.seconds for step in exchange.plan if isinstance(step, Wait))
    return sum(seconds for seconds in waits if math.isfinite(seconds)) >= _SLOW


def _ends_silently(exchange: Exchange) -> bool:
    otherwise = exchange.broken_off or _lost(exchange) or exchange.stalled
    return exchange.unfinished and not exchange.refused and not otherwise


def _faulty(*names: str) -> Callable[[Exchange], bool]:
    """Return whether one of these faults was in it, for what a plan does not tell."""
    wanted = frozenset(names)
    return lambda exchange: not wanted.isdisjoint(exchange.faults)


_STREAM = ("tamper", "sse", "split", "no_done", "no_last_newline", "bad_chunk", "garbage")
_BODY = (
    "no_completion",
    "wrong_mode",
    "wrong_shape",
    "json_patch",
    "corrupt",
    "huge",
    "content_type",
    "content_length",
    "gzip",
)

KINDS: Mapping[str, FaultClass] = {
    "wrong-key": FaultClass("401, the key is refused", _status(401)),
    "payment": FaultClass("402, no credit is left", _status(402)),
    "forbidden": FaultClass("403, the account or the edge forbids it", _status(403)),
    "unknown-model": FaultClass("404, the model is not served", _status(404)),
    "context-overflow": FaultClass("400, more tokens than fit", _code("context_length_exceeded")),
    "refused-body": FaultClass("400 or 422, the API refuses the body", _refused_body),
    "request-quota": FaultClass("429, too many requests", _code("request_quota_exceeded")),
    "token-quota": FaultClass("429, too many tokens", _code("token_quota_exceeded")),
    "overload": FaultClass("429 or 503, the queue is full", _overloaded),
    "server-error": FaultClass("500, the server fails", _status(500)),
    "gateway": FaultClass("502, 504 or 408, the way there fails", _status(408, 502, 504)),
    "page": FaultClass("HTML where JSON should be", _page),
    UNREACHABLE: FaultClass("no connection can be made", lambda _: False),
    "no-answer": FaultClass(
        "the connection is lost before any answer", lambda it: it.status is None
    ),
    "lost-connection": FaultClass("the connection is lost in the answer", _lost),
    "stall": FaultClass("the answer never goes on", lambda it: it.stalled),
    "slow": FaultClass("the answer takes a second or more", _slow),
    "error-event": FaultClass("an error in the middle of a stream", lambda it: it.broken_off),
    "silent-end": FaultClass("a stream ends without a finish_reason", _ends_silently),
    "broken-stream": FaultClass("events that are damaged, or framed oddly", _faulty(*_STREAM)),
    "broken-body": FaultClass("a body that is not what the API sends", _faulty(*_BODY)),
    "empty-answer": FaultClass(
        "an answer without any text", _faulty("empty_answer", "reasoning_only")
    ),
    "truncated": FaultClass("finish_reason length", lambda it: it.finish_reason == "length"),
}


def share_met(met: Iterable[str]) -> float:
    """Return how many of the kinds are among these, in per cent."""
    return 100 * len(KINDS.keys() & set(met)) / len(KINDS)
