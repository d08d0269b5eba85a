"""
The classes of faults that a client can meet, in the order of the fault coverage report.

Coverage counts the classes that a suite has met, because the suite proves nothing about the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

UNREACHABLE = "unreachable"
"""The class that leaves no exchange in the journal, because the scenario closed the port."""

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
    "gateway": "502, 504 or 408, a gateway fails",
    "page": "HTML where JSON should be",
    UNREACHABLE: "no connection can be made",
    "no-answer": "the connection is lost before any answer",
    "lost-connection": "the connection is lost during the answer",
    "stall": "the answer stops and never ends",
    "slow": "the answer takes a second or more",
    "error-event": "an error in the middle of a stream",
    "silent-end": "a stream ends without a finish_reason",
    "broken-stream": "events that are damaged, or framed oddly",
    "broken-body": "a body that is not what the API sends",
    "empty-answer": "an answer without any text",
    "truncated": "finish_reason length",
}


def share_met(met: Iterable[str]) -> float:
    """Return the percentage of the classes that were met."""
    return 100 * len(FAULT_CLASSES.keys() & set(met)) / len(FAULT_CLASSES)
