"""Assertions over a journal; each that fails shows what did happen."""

from __future__ import annotations

from mockserver.journal import Journal

_TOLERANCE = 0.05  # seconds, but at most a tenth: clients round, and their clocks tick apart


def requests(journal: Journal, count: int) -> None:
    """Assert the number of requests."""
    __tracebackhide__ = True
    found = len(journal.exchanges)
    if found != count:
        _fail(journal, f"expected {_counted(count, 'request')}, got {found}")


def waited(journal: Journal, at_least: float | None) -> None:
    """Assert that retries waited: as told, or for so many seconds."""
    __tracebackhide__ = True
    waits = [wait for call in journal.calls for wait in call.waits]
    if not waits:
        _fail(journal, "expected a retry that waited, but nothing was retried")
    if at_least is not None and max(waits) < _at_least(at_least):
        _fail(
            journal, f"expected a wait of at least {at_least:g} s, longest was {max(waits):.2f} s"
        )
    for call in journal.calls:
        for attempt, wait in zip(call.exchanges, call.waits, strict=False):
            told = attempt.retry_after or 0.0
            if at_least is None and wait < _at_least(told):
                _fail(journal, f"#{attempt.number} said Retry-After {told:g}, waited {wait:.2f} s")


def not_retried(journal: Journal) -> None:
    """Assert that each call took one attempt."""
    __tracebackhide__ = True
    for call in journal.calls:
        if call.attempts > 1:
            first = call.exchanges[0].number
            _fail(journal, f"expected no retry, but #{first} took {call.attempts} attempts")


def no_errors(journal: Journal) -> None:
    """Assert that nothing failed."""
    __tracebackhide__ = True
    failed = [exchange for exchange in journal if exchange.failed]
    if failed:
        _fail(journal, f"expected no errors, but {_counted(len(failed), 'request')} failed")


def _at_least(seconds: float) -> float:
    return seconds - min(_TOLERANCE, seconds / 10)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _fail(journal: Journal, wrong: str) -> None:
    __tracebackhide__ = True
    happened = [f"  {exchange.line()}" for exchange in journal] or ["  no request at all"]
    raise AssertionError("\n".join([f"{wrong}; what happened:", *happened]))
