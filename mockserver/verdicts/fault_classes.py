"""
The classes of faults that a client can meet, in the words and the order of fault coverage.

Coverage counts them: a suite that has never met a class says nothing about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

UNREACHABLE = "unreachable"
"""The class that leaves no exchange: the port of the scenario was shut."""

FAULT_CLASSES: Mapping[str, str] = {
    "wrong-key": "401, the key is refused",
    "payment": "402, no credit is left",
    "forbidden": "403, the account or the edge forbids it",
    "unknown-model": "404, the model is not served",
    "context-overflow": "400, more tokens than fit",
    "refused-body": "400 or 422, the API refuses the body",
    "request-quota": "429, too many requests",
    "token-quota": "429, too many tokens",
    "overload": "429 or 503, the queue is full",
    "server-error": "500, the server fails",
    "gateway": "502, 504 or 408, the way there fails",
    "page": "HTML where JSON should be",
    UNREACHABLE: "no connection can be made",
    "no-answer": "the connection is lost before any answer",
    "lost-connection": "the connection is lost in the answer",
    "stall": "the answer never goes on",
    "slow": "the answer takes a second or more",
    "error-event": "an error in the middle of a stream",
    "silent-end": "a stream ends without a finish_reason",
    "broken-stream": "events that are damaged, or framed oddly",
    "broken-body": "a body that is not what the API sends",
    "empty-answer": "an answer without any text",
    "truncated": "finish_reason length",
}


def share_met(met: Iterable[str]) -> float:
    """Return how many of the classes are among these, in per cent."""
    return 100 * len(FAULT_CLASSES.keys() & set(met)) / len(FAULT_CLASSES)
