"""Calls that failed because of their model although another model would have answered."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

from mockserver.api.contract.routes import COMPLETING
from mockserver.journal import Call, Exchange
from mockserver.verdicts.received import received
from mockserver.verdicts.verdict import Case, Finding, numbers

from .errors import is_given_up

_GONE = ("model_archived", "model_not_found")


def no_fallback(case: Case) -> Iterator[Finding]:
    """Find models that failed for good although the app could have asked another model."""
    failed: dict[str, list[Exchange]] = {}
    for call in case.calls:
        if _failed_for_good(call, case):
            failed.setdefault(call.last.model, []).append(call.last)
    for model, ends in failed.items():
        other = case.other_model(ends[0])
        if other is not None and not _has_changed(ends[-1], case):
            what = f"{model} failed for good with {numbers(ends)}"
            yield Finding(f"{what}; {other} would have answered, but was not asked", tuple(ends))


def _failed_for_good(call: Call, case: Case) -> bool:
    """Return whether a call failed because of its model, and the app asked no other model."""
    last = call.last
    if last.endpoint not in COMPLETING or not received(last) or not last.refused:
        return False
    if not (_is_gone(last) or all(map(_is_down, call.exchanges))) or is_given_up(call, case):
        return False
    return not any(
        other.model != last.model or (other.number > last.number and not other.failed)
        for other in case.same_question(last)
    )


def _is_gone(exchange: Exchange) -> bool:
    """Return whether the API once had the model; any other name is taken for a typing error."""
    code = exchange.error.get("code")
    return code == _GONE[0] or (code in _GONE and bool(exchange.faults))


def _is_down(exchange: Exchange) -> bool:
    """Return whether the client was told that the model has no capacity, or that it fails."""
    status = (exchange.status or 0) if received(exchange) else 0
    return status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _has_changed(last: Exchange, case: Case) -> bool:
    """Return whether the app asked another model any question afterwards."""
    return any(
        later.number > last.number and later.model != last.model and later.endpoint in COMPLETING
        for later in case.exchanges
    )
