"""Clients that retry at once: in one call, or with requests that differ only in their ids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from http import HTTPStatus
from itertools import groupby, pairwise

from mockserver.core.messages import Sender
from mockserver.journal import Call, Exchange
from mockserver.journal.grouping import AT_ONCE, has_waited, retries, same_turn
from mockserver.verdicts.normalize import normalized
from mockserver.verdicts.verdict import Case, Finding

from .pauses import Retry, failed_untold, is_chosen, same_key, shown

_ALIKE = 7  # similar retries; fewer may come from different users
_TWICE = 2
_DRAWS = 5  # short waits in a row, which full jitter produces once in some thousand calls
_NO_PAUSE = 0.02  # seconds; one random back-off in fifty is shorter


def hot_retries(case: Case) -> Iterator[Finding]:
    """
    Find calls that were retried at once, either twice in a row or once after a 429.

    If the client may choose random waits, a finding needs five short waits in a row.
    """
    yield from _alike(case)
    for call in case.calls:
        hot = _longest_rush(call, case)
        draws = _draws(hot, call, case)
        enough = _DRAWS if draws else _TWICE
        if len(hot) >= enough or (hot and not draws and _rushed(hot[0], case)):
            slowest = max(case.paused(*retry) for retry in hot)
            many = "1 retry" if len(hot) == 1 else f"{len(hot)} retries"
            said = f"{many} of #{hot[0][0].number} came at once, within"
            if slowest >= AT_ONCE:  # the client did other work, but did not pause
                said = f"{many} of #{hot[0][0].number} came without a pause, each within"
            yield Finding(f"{said} {slowest:.2f} s of the failure", shown(hot))


def _longest_rush(call: Call, case: Case) -> list[Retry]:
    """Return the longest series of retries without a pause."""
    runs = groupby(same_key(call), key=lambda retry: _is_hot(retry, case))
    return max((list(run) for hot, run in runs if hot), key=len, default=[])


def _draws(hot: Sequence[Retry], call: Call, case: Case) -> bool:
    """Return whether a client may choose random waits, because it has waited at all."""
    chose = any(is_chosen(retry, case) for retry in retries(call))
    return chose or any(has_waited(*retry) for retry in hot)


def _rushed(retry: Retry, case: Case) -> bool:
    """Return whether a client retried without any pause after a 429."""
    limited = retry[0].status == HTTPStatus.TOO_MANY_REQUESTS
    return limited and (case.paused(*retry) < _NO_PAUSE or case.never_rested(*retry))


def _alike(case: Case) -> Iterator[Finding]:
    """Find requests sent at once after a failed one that has the same ``normalized`` form."""
    sent: dict[Sender, list[Exchange]] = {}
    for exchange in case.exchanges:
        if exchange.request.sender is not None:
            sent.setdefault(exchange.request.sender, []).append(exchange)
    for one in sent.values():
        for hot, run in groupby(pairwise(one), key=lambda retry: _is_alike(retry, case)):
            tried = list(run)
            if hot and len(tried) >= _ALIKE:
                slowest = max(case.paused(*retry) for retry in tried)
                what = f"{len(tried)} requests repeated #{tried[0][0].number} at once"
                yield Finding(f"{what}, each within {slowest:.2f} s of a failure", shown(tried))


def _is_alike(retry: Retry, case: Case) -> bool:
    early, late = retry
    return (
        early.asked != late.asked
        and same_turn(early, late)
        and early.key == late.key
        and _is_hot(retry, case)
        and case.could_know(early, late)
        and normalized(early) == normalized(late) is not None
    )


def _is_hot(retry: Retry, case: Case) -> bool:
    return failed_untold(retry[0]) and case.at_once(*retry)
