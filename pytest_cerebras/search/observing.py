"""Reads the outcome of a test's run from its mock and its exception."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from mockserver.api.contract.edition import Edition
from mockserver.journal import Exchange
from mockserver.journal.met import felt
from mockserver.verdicts.classify import classify
from pytest_cerebras.chaos.deadline import TooBusyError, TooLateError
from pytest_cerebras.observe.call_sites import of_the_app
from pytest_cerebras.session.mock import CerebrasMock
from pytest_cerebras.session.symptoms import family_of, first_line

from .blame import blame, first_of, site_of
from .outcome import Cause, Failure, Outcome, Seen

STALLED, ENDLESS, BUSY = "stalled", "endless", "busy"
_LONGEST = 200  # characters of a sentence
_CATCH = "catch this error as well, because the app handles other errors at this line"
_HAVE_A_TIMEOUT = "give the client a time-out"
# an app that handles one of these statuses should handle all of them
_TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504, None})


def outcome_of(
    mock: CerebrasMock,
    item: pytest.Item,
    error: BaseException | None,
    allowed: tuple[type[BaseException], ...],
    overtime: TooBusyError | TooLateError | None,
) -> Outcome:
    """
    Return the outcome of a run.

    ``error`` is the exception that ended the test, if any. ``overtime`` is the deadline's error if
    the deadline ended the run.
    """
    if isinstance(overtime, TooLateError):
        return Outcome((), usable=False)
    exchanges = mock.journal.exchanges
    seen = tuple(_seen(exchanges, mock.engine.edition))
    failures = [*_stopped(mock, exchanges, overtime), *_judged(mock)]
    escaped = None
    kind = None if error is None else blame(error, allowed)
    if error is not None and not failures and kind != "own":
        failure = _of_error(error, item)
        if kind == "bug":
            failures.append(failure)
        elif _is_transient(exchanges):
            escaped = replace(failure, fix=_CATCH, passed_on=True)
    return Outcome(
        seen,
        tuple(dict.fromkeys(failures)),
        "" if error is None else type(first_of(error)).__qualname__,
        escaped,
        error is None and _ends_in_trouble(exchanges),
        frozenset(number for number, one in enumerate(exchanges, 1) if felt(one)),
    )


def _stopped(
    mock: CerebrasMock, exchanges: list[Exchange], overtime: TooBusyError | None
) -> Iterator[Failure]:
    """Yield a failure at the last request's line if the mock or the deadline stopped the app."""
    site = next((_site(one) for one in reversed(exchanges) if _site(one)), "")
    if overtime is not None:
        yield Failure(Cause(BUSY, site), str(overtime))
    if mock.live.stalled:
        silent = next((one for one in exchanges if one.intervened), None)
        what = f"#{silent.number}" if silent else "an answer"
        what += " fell silent, and its client, which has no time-out, kept waiting"
        place = _site(silent) if silent else site
        yield Failure(Cause(STALLED, place), what, _HAVE_A_TIMEOUT)
    elif (budget := mock.live.budget) is not None and (sentence := budget.sentence()):
        yield Failure(Cause(ENDLESS, site), sentence)
    elif mock.clock is not None and mock.clock.error is not None:
        yield Failure(Cause(ENDLESS, site), str(mock.clock.error))


def _judged(mock: CerebrasMock) -> Iterator[Failure]:
    for _, verdict in mock.judged():
        if verdict.certainty == "certain":
            site = f"{verdict.site[0]}:{verdict.site[1]}" if verdict.site else ""
            yield Failure(Cause(verdict.rule, site), verdict.sentence, verdict.fix)


def _of_error(error: BaseException, item: pytest.Item) -> Failure:
    first = first_of(error)
    what = family_of(first)
    sentence = first_line(f"{type(first).__name__}: {first}", _LONGEST)
    site = site_of(error, str(item.path))
    is_assertion = isinstance(first, AssertionError) and site.startswith(_name_of(item))
    return Failure(Cause(what, site), sentence, is_assertion=is_assertion)


def _name_of(item: pytest.Item) -> str:
    return f"{of_the_app(str(item.path))}:"


def _is_transient(exchanges: list[Exchange]) -> bool:
    """Return whether a retry of the last failed request might have succeeded."""
    failed = [one for one in exchanges if one.failed]
    return bool(failed) and failed[-1].status in _TRANSIENT | {200}


def _ends_in_trouble(exchanges: list[Exchange]) -> bool:
    """Return whether the last request failed but a retry might have succeeded."""
    return bool(exchanges) and exchanges[-1].failed and exchanges[-1].status in _TRANSIENT


def _seen(exchanges: Iterable[Exchange], edition: Edition) -> Iterator[Seen]:
    before: Exchange | None = None
    for one in exchanges:
        pause = 0.0 if before is None else max(one.at - before.over, 0.0)
        classes = tuple(classify(one, edition).fault_classes)
        yield Seen(_shape(one), _site(one), one.attempt, _magnitude(pause), classes, one.stream)
        before = one


def _shape(one: Exchange) -> tuple[object, ...]:
    body = _body(one)
    messages = body.get("messages")
    count = len(messages) if isinstance(messages, list) else 0
    return one.endpoint, one.model, one.stream, bool(body.get("tools")), count, _site(one)


def _body(one: Exchange) -> Mapping[str, Any]:
    try:
        body = json.loads(one.request.body or b"{}")
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _site(one: Exchange) -> str:
    site = one.request.sender.site if one.request.sender else None
    return f"{site[0]}:{site[1]}" if site else ""


def _magnitude(seconds: float) -> int:
    """Return the order of magnitude of a pause: 0 below 1 s, 1 below 10 s, 2 below 100 s, ..."""
    return 0 if seconds < 1 or not math.isfinite(seconds) else 1 + int(math.log10(seconds))
