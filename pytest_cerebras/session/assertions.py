"""Assertions on a journal; a failing one shows the time line of what happened."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import AsyncIterator, Awaitable, Iterator, Sequence

from mockserver.api.contract.routes import COMPLETING
from mockserver.core.units import counted, rough
from mockserver.journal import Exchange, Journal
from mockserver.journal.chronology import lines
from mockserver.journal.grouping import grouped, retries, tolerance, waited
from mockserver.journal.side_effects import SideEffect
from mockserver.verdicts.received import parts, question
from mockserver.verdicts.retries.pauses import told, too_early

from .handed_out.delivered import answers, lost
from .handed_out.results import passed_off

_MINUTE = 60.0


def requests(journal: Journal, count: int) -> None:
    """Assert the number of requests."""
    __tracebackhide__ = True
    found = journal.count
    if found != count:
        _fail(journal, f"expected {counted(count, 'request')}, got {found}")


def waited_for(journal: Journal, at_least: float | None) -> None:
    """Assert that all retries waited for ``Retry-After``, or that one waited at least that long."""
    __tracebackhide__ = True
    waits = [waited(early, late) for early, late in _retries(journal)]
    if not waits:
        _fail(journal, "expected a retry that waited, but nothing was retried")
    if at_least is None:
        _not_too_early(journal)
    elif max(waits) < at_least - tolerance(at_least):
        wrong = f"expected a wait of at least {at_least:g} s, longest was {max(waits):.2f} s"
        _fail(journal, wrong)


def retry_after_respected(journal: Journal) -> None:
    """Assert that no retry came before its ``Retry-After`` had passed."""
    __tracebackhide__ = True
    if all(exchange.retry_after is None for exchange in journal):
        _fail(journal, "expected a Retry-After to be respected, but no answer had one")
    _not_too_early(journal)


def backed_off(journal: Journal, *, factor: float, start: float, cap: float, jitter: float) -> None:
    """Assert that the waits of each call grow, or are those of ``Retry-After``."""
    __tracebackhide__ = True
    if not _retries(journal):
        _fail(journal, "expected retries that back off, but nothing was retried")
    for call in grouped(journal):
        for count, (early, late) in enumerate(retries(call)):
            wanted, wait = told(early, late), waited(early, late)
            if wanted is None:
                wait *= journal.scale  # on the client's clock
            least = min(start * factor**count, cap) * (1 - jitter) if wanted is None else wanted
            most = max(cap * (1 + jitter), wanted or 0.0)
            came = f"but #{late.number} came {wait:.2f} s after #{early.number}"
            if wait < least - tolerance(least):
                _fail(journal, f"expected a wait of at least {least:g} s, {came}")
            if wait > most + tolerance(most):
                _fail(journal, f"expected a wait of at most {most:g} s, {came}")


def fell_back(journal: Journal, model: str) -> None:
    """Assert that this model answered a question after another model had failed on it."""
    __tracebackhide__ = True
    completions = [one for one in journal if one.endpoint in COMPLETING]
    failed = [one for one in completions if one.failed and one.model != model]
    if not failed:
        _fail(journal, f"expected a fall-back to {model!r}, but no other model failed")
    asked = [
        one
        for one in completions
        if one.model == model
        and any(early.number < one.number and question(early) == question(one) for early in failed)
    ]
    first = failed[0]
    if not asked:
        _fail(
            journal,
            f"expected a fall-back to {model!r}, but after #{first.number} it was not asked",
        )
    if all(one.failed for one in asked):
        _fail(
            journal, f"expected a fall-back to {model!r}, but #{asked[0].number} to it failed too"
        )


def truncation_noticed(journal: Journal, result: object) -> None:
    """Assert that no partial answer is passed off as a whole one."""
    __tracebackhide__ = True
    cut = [(exchange, choice.text) for exchange in journal for choice in parts(exchange)]
    if not cut:
        _fail(journal, "expected a truncated answer to be noticed, but no answer was truncated")
    for exchange, text in cut:
        if passed_off(result, text):
            wrong = f"#{exchange.number} was cut off, but its {exchange.completion_tokens} tokens "
            _fail(journal, f"{wrong}are passed off as a whole answer")


def delivered(journal: Journal, result: object) -> None:
    """Assert that an app hands out exactly what it was served."""
    __tracebackhide__ = True
    if isinstance(result, (AsyncIterator, Awaitable, Iterator)):
        kind = type(result).__name__
        wrong = f"the result is an unread {kind}: read it, and pass what comes out of it"
        raise AssertionError(wrong)  # noqa: TRY004 (a test fails by an assertion)
    served = answers(journal)
    if not served:
        _fail(journal, "expected an answer to be delivered, but no text was served to its end")
    if found := lost(result, served):
        exchange, difference = found
        left = ", and the client left before its end" if exchange.client_left else ""
        _fail(journal, f"what #{exchange.number} was served is not handed out{left}: {difference}")


def peak_rpm(journal: Journal, at_most: int) -> None:
    """Assert that no period of a minute has more requests."""
    __tracebackhide__ = True
    times = sorted(exchange.at for exchange in journal)
    length = _MINUTE - tolerance(1.0)
    counts = [bisect_left(times, begun + length) - at for at, begun in enumerate(times)]
    peak = max(counts, default=0)
    if peak > at_most:
        since = times[counts.index(peak)] - times[0]
        wrong = f"expected at most {counted(at_most, 'request')} in any minute, got {peak}"
        _fail(journal, f"{wrong} in the one from {since:.2f} s on")


def tokens_spent(journal: Journal, at_most: int) -> None:
    """Assert the most tokens that were paid for."""
    __tracebackhide__ = True
    paid = [exchange for exchange in journal if exchange.admitted and not exchange.refused]
    prompt = sum(exchange.prompt_tokens for exchange in paid)
    completion = sum(exchange.completion_tokens for exchange in paid)
    if prompt + completion > at_most:
        found = f"{prompt + completion} (prompts {prompt}, completions {completion})"
        _fail(journal, f"expected at most {at_most} tokens to be spent, got {found}")


def side_effects(journal: Journal, found: Sequence[SideEffect], names: Sequence[str]) -> None:
    """Assert the side effects, in their order."""
    __tracebackhide__ = True
    ran = [one.name for one in found]
    if ran != list(names):
        wrong = f"expected {_named(names)}, got {_named(ran)}; what happened:"
        raise AssertionError("\n".join([wrong, *lines(journal, found)]))


def not_retried(journal: Journal) -> None:
    """Assert that each call took one attempt."""
    __tracebackhide__ = True
    for call in grouped(journal):
        if call.attempts > 1:
            first = call.exchanges[0].number
            _fail(journal, f"expected no retry, but #{first} took {call.attempts} attempts")


def no_errors(journal: Journal) -> None:
    """Assert that nothing failed."""
    __tracebackhide__ = True
    failed = [exchange for exchange in journal if exchange.failed]
    if failed:
        _fail(journal, f"expected no errors, but {counted(len(failed), 'request')} failed")


def _retries(journal: Journal) -> list[tuple[Exchange, Exchange]]:
    return [pair for call in grouped(journal) for pair in retries(call)]


def _not_too_early(journal: Journal) -> None:
    __tracebackhide__ = True
    for early, late in _retries(journal):
        if too_early(early, late):
            said = f"#{early.number} said Retry-After {rough(told(early, late) or 0)}"
            _fail(journal, f"{said}, waited {waited(early, late):.2f} s")


def _named(names: Sequence[str]) -> str:
    return f"the side effects {', '.join(names)}" if names else "no side effects"


def _fail(journal: Journal, wrong: str) -> None:
    __tracebackhide__ = True
    raise AssertionError("\n".join([f"{wrong}; what happened:", *lines(journal)]))
