"""Explains what went wrong in an exchange and what to do: the troubleshooting guide as a table."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from mockserver.api.contract.edition import Edition
from mockserver.api.contract.routes import COMPLETING
from mockserver.journal import Exchange
from mockserver.plan import End, Wait, waits_of

from .exchange_view import Condition, ExchangeView, Row
from .fault_classes import FAULT_CLASSES
from .malformed_success import MALFORMED_SUCCESS
from .mistakes import mistake_behind
from .retries.errors import passing

_SLOW = 1.0  # in seconds; users notice such a delay
_SAID = "{it.status}: {it.said}"
_AGAIN = "{it.again}"


_UNSERVED = frozenset({"model_not_found", "model_archived", "context_length_exceeded"})


@dataclass(frozen=True, slots=True)
class Classification:
    """
    What went wrong in an exchange; all fields are empty if nothing went wrong.

    ``fault_classes`` has the fault classes that the client met in the exchange, in the order of
    ``FAULT_CLASSES``. ``what`` says what happened, and ``fix`` says what to do.
    """

    fault_classes: tuple[str, ...] = ()
    what: str = ""
    fix: str = ""


def classify(exchange: Exchange, edition: Edition) -> Classification:
    """Return what went wrong in an exchange that the edition answered."""
    it = ExchangeView(exchange, edition)
    rows = list(rows_met(it))
    met = {row.fault_class for row in rows}
    found = tuple(name for name in FAULT_CLASSES if name in met)
    mistake = mistake_behind(exchange, edition)
    if mistake is not None:
        return Classification(found, mistake.what, mistake.fix)
    what, fix = next(((row.what, row.fix) for row in rows if row.what), ("", ""))
    return Classification(found, what.format(it=it), fix.format(it=it))


def own_mistake(exchange: Exchange, edition: Edition) -> Classification | None:
    """
    Return the client's mistake because of which the API refused a request, or None.

    Such a mistake is in the client's set-up, or is a request for an unknown model or for too many
    tokens. A refusal by the scenario, or by a limit that the client has reached, is no mistake.
    """
    if not exchange.refused:
        return None
    by_the_scenario = exchange.faults or exchange.intervened
    code = (exchange.error or {}).get("code")
    unserved = code in _UNSERVED and not by_the_scenario
    if not unserved and mistake_behind(exchange, edition) is None:
        return None
    return classify(exchange, edition)


def rows_met(it: ExchangeView) -> Iterator[Row]:
    """
    Yield the rows that apply to an exchange.

    Once a row with a ``what`` has been yielded, a later row with a ``what`` is left out unless it
    has ``besides``.
    """
    explained = False
    for row in ROWS:
        if (row.besides or not row.what or not explained) and row.when(it):
            explained = explained or bool(row.what)
            yield row


def _code(*codes: str) -> Condition:
    return lambda it: it.code in codes


def _status(*statuses: int) -> Condition:
    return lambda it: it.status in statuses


def _both(one: Condition, other: Condition) -> Condition:
    return lambda it: one(it) and other(it)


def _lasting(status: int) -> Condition:
    return _both(_status(status), lambda it: not passing(it.exchange))


def _has_wrong_prefix(it: ExchangeView) -> bool:
    prefix = it.edition.keys.prefix
    return bool(prefix) and not it.key.startswith(f"Bearer {prefix}")


def _stalls(it: ExchangeView) -> bool:
    return Wait(math.inf) in it.exchange.plan


def _is_slow(it: ExchangeView) -> bool:
    return sum(filter(math.isfinite, waits_of(it.exchange.plan))) >= _SLOW


def _has_felt(*faults: str) -> Condition:
    """Return the condition that one of these faults changed the answer."""
    return lambda it: (
        it.exchange.changed_after is not None and not {*faults}.isdisjoint(it.exchange.faults)
    )


def _where_malformed(row: Row) -> Row:
    """Return the row with a condition added before its own: the answer may be malformed."""
    return replace(row, when=_both(lambda it: it.may_be_malformed, row.when))


_WRONG_KEY = _code("wrong_api_key")

ROWS = (
    # the API's own errors, by their codes
    Row(
        "wrong-key",
        _both(_WRONG_KEY, lambda it: not it.key),
        "the request had no Authorization header",
        "set CEREBRAS_API_KEY",
    ),
    Row(
        "wrong-key",
        _both(_WRONG_KEY, _has_wrong_prefix),
        "the key was sent as {it.key!r}; Cerebras keys begin with {it.edition.keys.prefix!r}",
        "set CEREBRAS_API_KEY to a key that begins with {it.edition.keys.prefix!r}",
    ),
    Row(
        "wrong-key",
        _WRONG_KEY,
        "the key was refused",
        "renew CEREBRAS_API_KEY; trying again can't succeed",
    ),
    Row(
        "unknown-model",
        _code("model_not_found", "model_archived"),
        "{it.exchange.model!r} {it.model_gone}",
        "{it.model_fix}",
    ),
    Row(
        "token-quota",
        lambda it: it.too_large is not None,
        "the request asks for {it.too_large[0]} tokens, but the limit is {it.too_large[1]}, so "
        "the request can never fit",
        "send a shorter prompt or set a smaller max_completion_tokens; waiting never helps",
    ),
    Row(
        "token-quota",
        lambda it: it.takes_all is not None,
        "the request asks for {it.takes_all[0]} tokens, but the limit is {it.takes_all[1]}, so "
        "the request is answered only when the limit is entirely unused",
        "set max_completion_tokens to the length that the answer needs, or send a shorter prompt",
    ),
    Row("request-quota", _code("request_quota_exceeded"), "{it.quota}", "{it.quota_fix}"),
    Row("token-quota", _code("token_quota_exceeded"), "{it.quota}", "{it.quota_fix}"),
    Row(
        "overload",
        _code("queue_exceeded", "service_unavailable"),
        "the service is overloaded",
        "try again with exponential back-off and jitter",
    ),
    Row(
        "context-overflow",
        _code("context_length_exceeded"),
        "the request needs {it.window[0]} tokens, {it.window[2]} more than the window of "
        "{it.window[1]}",
        "drop the oldest messages or ask for a shorter completion{it.wider}",
    ),
    Row(
        "refused-body",
        _code("wrong_api_format"),
        "the API refuses the body: {it.said}",
        "send only fields and values that the API documents",
    ),
    Row(
        "",
        _code("request_budget_spent"),
        "{it.exchange.request.place} sent more requests than a test may send",
        "end the loop, or allow more requests with --cerebras-max-requests",
    ),
    # nothing more comes
    Row(
        "stall",
        _both(_stalls, lambda it: it.status is None),
        "no answer came, and the connection stayed open",
        "set a read time-out, and a deadline for the whole answer",
    ),
    Row(
        "stall",
        _stalls,
        "the answer stopped after {it.tokens} tokens, and the connection stayed open",
        "set a read time-out, and a deadline for the whole answer",
        besides=True,
    ),
    Row(
        "no-answer",
        lambda it: it.status is None,
        "the connection was lost before any answer",
        "try again with back-off",
    ),
    # other refusals, by their status
    Row("wrong-key", _status(401), _SAID, _AGAIN, besides=True),
    Row(
        "payment",
        _lasting(402),
        _SAID,
        "add credit to the account; trying again can't succeed",
    ),
    Row("payment", _status(402), _SAID, _AGAIN, besides=True),
    Row(
        "forbidden",
        _both(_lasting(403), lambda it: not it.error),
        "403: the edge blocks the client before the API sees the key",
        "check the network, the proxy and the User-Agent, not the key; do not show the page to "
        "users",
    ),
    Row("forbidden", _status(403), _SAID, _AGAIN, besides=True),
    Row(
        "unknown-model",
        _both(_status(404), lambda it: it.exchange.endpoint in COMPLETING),
        _SAID,
        _AGAIN,
        besides=True,
    ),
    Row("refused-body", _status(400, 422), _SAID, _AGAIN),
    Row("overload", _status(503), _SAID, _AGAIN, besides=True),
    Row("server-error", _status(500), _SAID, _AGAIN, besides=True),
    Row("gateway", _status(408, 502, 504), _SAID, _AGAIN, besides=True),
    Row("", lambda it: it.exchange.refused, _SAID, _AGAIN),
    # answers that break off
    Row(
        "error-event",
        lambda it: it.exchange.broken_off,
        "an error ended the stream after {it.tokens} tokens of the answer: {it.said}",
        "also handle errors while reading a stream, and discard the partial answer",
    ),
    Row(
        "lost-connection",
        lambda it: it.lost,
        "the connection was lost after {it.tokens} tokens of the answer",
        "catch the transport's exceptions as well as the SDK's, and discard the partial answer",
        besides=True,
    ),
    Row(
        "silent-end",
        lambda it: it.exchange.unfinished,
        "the stream ended after {it.tokens} tokens without a finish_reason",
        "treat a stream without finish_reason as cut off; clients raise no error for it",
    ),
    # answers that were sent to their end
    *map(_where_malformed, MALFORMED_SUCCESS),
    Row(
        "truncated",
        lambda it: it.exchange.finish_reason == "length",
        "the answer stopped at {it.tokens} tokens{it.limit_of_answer}",
        "set max_completion_tokens, and treat finish_reason 'length' as an unfinished answer",
        besides=True,
    ),
    Row(
        "",
        lambda it: it.exchange.plan[-1:] == (End(hang_up=True),),
        "the connection was closed after the answer, without notice",
        "try again if a kept-alive connection turns out to be closed",
    ),
    # fault classes that an exchange may have in addition to another one
    Row("page", lambda it: it.media_type.startswith("text/html")),
    Row("slow", _is_slow),
    Row("empty-answer", _has_felt("empty_answer", "reasoning_only")),
    Row(
        "broken-stream",
        _has_felt(
            *("tamper", "sse", "split", "no_done", "no_last_newline", "bad_chunk", "garbage")
        ),
    ),
    Row(
        "broken-body",
        _has_felt(
            *("no_completion", "wrong_mode", "wrong_shape", "json_patch", "corrupt", "huge"),
            *("content_type", "content_length", "gzip"),
        ),
    ),
)
