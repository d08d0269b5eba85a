"""Tells which errors a later attempt may overcome, and how clients treat such errors."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from itertools import chain

from mockserver.api.contract.routes import COMPLETING
from mockserver.journal import Call, Exchange
from mockserver.journal.grouping import retries, tolerance, tries
from mockserver.plan import field_of
from mockserver.verdicts.received import received
from mockserver.verdicts.verdict import USER, Case, Finding, numbers

from .rate_limits import takes_all, too_large

_PERMANENT = frozenset({400, 401, 402, 403, 404, 405, 413, 422})
_TRANSIENT = frozenset({408, 425, 429})
_OF_THE_SERVER = (
    "server_error",
    "generation_error",
)  # types of errors that are transient with any status
_MANY = 4  # retries; the SDKs, and apps that try three times, make fewer
_OVERFLOW = "context_length_exceeded"
_LONG_PERIOD = re.compile(r"per (hour|day) limit")
_PATIENCE = 2.0  # seconds; after a longer wait, the client's deadline may have passed


def retried_permanent_errors(case: Case) -> Iterator[Finding]:
    """
    Find calls that were retried after an answer that blames the request itself.

    A retry does not count if it got a different answer, or if it came more than a minute later,
    because the cause may have been fixed in the meantime.
    """
    for call in case.calls:
        vain = [pair for pair in retries(call) if _in_vain(*pair, case)]
        if never := _never_fitting(call):
            early, again = never[0][0], numbers(late for _, late in never)
            asked, limit = too_large(early) or (0, 0)
            what = f"#{early.number} asked for {asked} tokens with a limit of {limit}"
            shown = (early, *(late for _, late in never))
            said = f"{what}, which no retry can fix, but {again} asked the same"
            yield Finding(said, shown)
        elif vain:
            early, again = vain[0][0], numbers(late for _, late in vain)
            what = f"#{early.number} got {_named(early)}"
            shown = (early, *(late for _, late in vain))
            said = f"{what}, which no retry can fix, but {again} asked the same"
            yield Finding(said, shown)


def gave_up(case: Case) -> Iterator[Finding]:
    """
    Find questions that were asked only once although the error was transient.

    An error after earlier attempts does not count, because it may be the last of a retry budget or
    of a chain of models.
    """
    for call in case.calls:
        only = call.last
        if is_given_up(call, case):
            yield Finding(
                f"#{only.number} got {_named(only)}, and the app did not try again", (only,)
            )


def is_given_up(call: Call, case: Case) -> bool:
    """Return whether a call failed with a transient error and its question was asked only once."""
    return _passes(call.last) and not _asked_otherwise(call.last, case)


def repeated_overflows(case: Case) -> Iterator[Finding]:
    """Find prompts that were too long and were sent again without being shortened."""
    asked: dict[tuple[str, str], list[list[Exchange]]] = {}
    for late in case.exchanges:
        if late.error.get("code") == _OVERFLOW:
            chains = asked.setdefault((late.model, case.question(late)), [])
            related = [one for one in chains if _goes_on(one, late, case)]
            if related and _size(late) >= _size(related[-1][-1]):
                related[-1].append(late)
            else:
                chains.append([late])
    together = chain.from_iterable(asked.values())
    for first, *again in sorted(together, key=lambda prompts: prompts[0].number):
        if again:
            what = f"#{first.number} was too long with {_size(first)} tokens"
            sent = f"{numbers(again)} sent {min(map(_size, again))} or more"
            yield Finding(f"{what}, but {sent}", (first, *again))


def passing(exchange: Exchange) -> bool:
    """Return whether a failure is transient: the same request may succeed a little later."""
    status = exchange.status if exchange.refused else exchange.error.get("status_code")
    if not isinstance(status, int):
        return exchange.failed
    if (should_retry := field_of(exchange.plan, "x-should-retry")) is not None:
        return should_retry == "true"
    if status in _TRANSIENT or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return True
    return exchange.error.get("type") in _OF_THE_SERVER


def _in_vain(early: Exchange, late: Exchange, case: Case) -> bool:
    """Return whether a retry was hopeless; ``repeated_overflows`` judges context overflows."""
    missing = early.status == HTTPStatus.NOT_FOUND and early.request.method == "GET"
    return (
        early.status in _PERMANENT
        and received(early)
        and not missing  # what a GET did not find may exist later
        and not passing(early)
        and early.error.get("code") != _OVERFLOW
        and early.key == late.key
        and early.status == late.status
        and case.paused(early, late) <= USER
    )


def _never_fitting(call: Call) -> list[tuple[Exchange, Exchange]]:
    """Return the retries of a request that exceeds the whole limit; none if there are few."""
    never = [
        (early, late)
        for early, late in retries(call)
        if too_large(early) is not None
        and too_large(early) == too_large(late)
        and early.key == late.key
        and received(early)
    ]
    return never if len(never) >= _MANY else []


def _passes(exchange: Exchange) -> bool:
    """Return whether an app should have tried again: the wait is short, and no token arrived."""
    retry_after = exchange.retry_after or 0.0
    return (
        exchange.endpoint in COMPLETING
        and _came_to_nothing(exchange)
        and passing(exchange)
        and received(exchange)
        and not tries(exchange)
        and max(retry_after, exchange.over - exchange.at) <= _PATIENCE + tolerance(_PATIENCE)
        and too_large(exchange) is None
        and takes_all(exchange) is None
        and not _LONG_PERIOD.search(str(exchange.error.get("message", "")))
    )


def _came_to_nothing(exchange: Exchange) -> bool:
    """Return whether a request was refused, or its stream ended with an error before any token."""
    return exchange.refused or (exchange.broken_off and not exchange.completion_tokens)


def _asked_otherwise(failed: Exchange, case: Case) -> bool:
    """
    Return whether there was another attempt at the question of the failed request.

    Another attempt is one that failed, was abandoned, or began or ended after this request.
    """
    return any(
        other.failed
        or other.client_left
        or other.number > failed.number
        or other.over > failed.over
        for other in case.same_question(failed)
    )


def _goes_on(prompts: Sequence[Exchange], late: Exchange, case: Case) -> bool:
    """Return whether a prompt repeats others of which its sender knew that one was too long."""
    known = any(received(one) and case.could_know(one, late) for one in prompts)
    return known and case.repeats(prompts[-1], late)


def _size(exchange: Exchange) -> int:
    return exchange.prompt_tokens + (exchange.requested_tokens or 0)


def _named(exchange: Exchange) -> str:
    """Return the phrase that describes an error in a sentence."""
    if exchange.status is None:
        return "no answer, the connection was lost"
    return " ".join(filter(None, (str(exchange.status), str(exchange.error.get("code") or ""))))
