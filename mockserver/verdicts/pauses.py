"""
How long clients wait before they try again, and how often they do.

A wait that the server has told is one of the scenario; any other is the client's own, on its clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from http import HTTPStatus
from itertools import groupby
from typing import TypeAlias

from mockserver.attempts import AT_ONCE, retries, tolerance, tries, waited
from mockserver.journal import Call, Exchange
from mockserver.quantities import rough

from .errors import passing
from .verdict import USER, Case, Finding

_CONSTANT = 4  # equal waits; so many are not yet the beginning of an exponential with a minimum
_LONG = 30.0  # seconds: a constant wait of this length overwhelms nobody
_TWICE = 2
_NO_PAUSE = 0.02  # seconds; a random back-off draws less once in fifty times
_CROWD = 5  # clients; fewer may be in step by chance, even with the jitter of the SDKs
_STEP = 0.02  # seconds by which equal waits may differ, or
_SHARE = 0.05  # of the wait
_Retry: TypeAlias = tuple[Exchange, Exchange]


def ignored_retry_after(case: Case) -> Iterator[Finding]:
    """Find calls that came back before they were told to."""
    for call in case.calls:
        early_birds = [retry for retry in retries(call) if too_early(*retry)]
        if early_birds:
            early, late = early_birds[0]
            more = len(early_birds) - 1
            said = f"#{early.number} said Retry-After {rough(early.retry_after or 0)}"
            came = f"but #{late.number} came after {waited(early, late):.2f} s"
            rest = f", and {more} more as early" if more else ""
            yield Finding(f"{said}, {came}{rest}", _shown(early_birds))


def hot_retries(case: Case) -> Iterator[Finding]:
    """
    Find calls that came back at once: twice in a row after anything, or just once after a 429.

    A short wait among longer ones may be the draw of a random back-off.
    """
    for call in case.calls:
        hot = _longest_rush(call, case)
        if len(hot) >= _TWICE or (hot and _only_rushed(hot[0], call, case)):
            slowest = max(case.paused(*retry) for retry in hot)
            many = "1 retry" if len(hot) == 1 else f"{len(hot)} retries"
            said = f"{many} of #{hot[0][0].number} came at once"
            yield Finding(f"{said}, within {slowest:.2f} s of the failure", _shown(hot))


def constant_waits(case: Case) -> Iterator[Finding]:
    """Find calls whose waits do not grow, though nobody told them how long to wait."""
    for call in case.calls:
        tried = retries(call)[:_CONSTANT]
        waits = [case.paused(*retry) for retry in tried if _is_chosen(retry, case)]
        equal = len(waits) == _CONSTANT and max(waits) - min(waits) <= tolerance(max(waits))
        if equal and max(waits) < _LONG:
            said = f"the first {_CONSTANT} retries of #{call.exchanges[0].number}"
            yield Finding(f"{said} waited {waits[0]:.2f} s each", _shown(tried))


def waits_in_step(case: Case) -> Iterator[Finding]:
    """Find crowds that failed together, waited equally long, twice, and so came back together."""
    for crowd in _crowds([call for call in case.calls if _chose_twice(call, case)]):
        both = [[case.paused(*retry) for retry in retries(call)[:_TWICE]] for call in crowd]
        firsts, seconds = zip(*both, strict=True)
        if len(crowd) >= _CROWD and _equal(firsts) and _equal(seconds):
            waits = f"{firsts[0]:.2f} s and then {seconds[0]:.2f} s"
            shown = tuple(call.exchanges[0] for call in crowd)
            yield Finding(f"{len(crowd)} calls failed together and all waited {waits}", shown)


def nested_layers(case: Case) -> Iterator[Finding]:
    """Find calls whose client had tried several times when another layer made it begin again."""
    for together in (one for call in case.calls for one in _without_gaps(call, case)):
        restarts = [retry for retry in retries(together) if _begins_again(*retry)]
        if restarts:
            inner = 1 + max(tries(one) or 0 for one in together.exchanges)
            yield Finding(
                f"#{together.exchanges[0].number} became {together.attempts} requests: its client "
                f"made {inner} attempts, {len(restarts) + 1} times over",
                tuple(together.exchanges),
            )


def told(early: Exchange, late: Exchange) -> float | None:
    """
    Return the seconds that a retry was told to wait; None when nothing told it.

    Another key has limits of its own, and who left an answer has not seen what it says.
    """
    heeds = early.key == late.key and early.refused and not early.client_left
    return early.retry_after if heeds else None


def too_early(early: Exchange, late: Exchange) -> bool:
    """Whether a retry came before it was told to."""
    least = told(early, late) or 0.0
    return waited(early, late) < least - tolerance(least)


def _same_key(call: Call) -> list[_Retry]:
    """Return the retries with the key that had failed; another one has limits of its own."""
    return [(early, late) for early, late in retries(call) if early.key == late.key]


def _longest_rush(call: Call, case: Case) -> list[_Retry]:
    """Return the most retries that came at once, one right after the other."""
    runs = groupby(_same_key(call), key=lambda retry: _is_hot(retry, case))
    return max((list(run) for hot, run in runs if hot), key=len, default=[])


def _only_rushed(retry: _Retry, call: Call, case: Case) -> bool:
    """Whether a call did not pause at all after a 429, and never chose to wait."""
    limited = retry[0].status == HTTPStatus.TOO_MANY_REQUESTS
    waits = any(_is_chosen(other, case) for other in retries(call))
    return limited and case.paused(*retry) < _NO_PAUSE and not waits


def _begins_again(early: Exchange, late: Exchange) -> bool:
    """Whether a client that had tried several times was made to begin again."""
    return bool(tries(early)) and tries(late) == 0


def _without_gaps(call: Call, case: Case) -> Iterator[Call]:
    """
    Yield the attempts that layers of one program can have made.

    Who begins again after more than a minute, and twice the longest wait so far, is a user.
    """
    longest, together = 0.0, call.exchanges[:1]
    for early, late in retries(call):
        pause = case.paused(early, late)
        if _begins_again(early, late) and pause > max(USER, _TWICE * longest):
            yield Call(together)
            longest, together = 0.0, []
        else:
            longest = max(longest, pause)
        together.append(late)
    yield Call(together)


def _is_hot(retry: _Retry, case: Case) -> bool:
    return _failed_untold(retry[0]) and case.paused(*retry) < AT_ONCE


def _is_chosen(retry: _Retry, case: Case) -> bool:
    """Whether the client chose to wait so long."""
    return _failed_untold(retry[0]) and case.paused(*retry) >= AT_ONCE


def _failed_untold(exchange: Exchange) -> bool:
    """Whether an attempt failed, in the server's way, and nothing said when to come back."""
    told = exchange.retry_after is not None
    return exchange.failed and passing(exchange) and not told and not exchange.client_left


def _chose_twice(call: Call, case: Case) -> bool:
    return sum(_is_chosen(retry, case) for retry in retries(call)[:_TWICE]) == _TWICE


def _crowds(calls: Sequence[Call]) -> Iterator[list[Call]]:
    """Yield the calls that failed within a quarter of the wait that followed."""
    crowd: list[Call] = []
    for call in sorted(calls, key=_failed_at):
        if crowd and _failed_at(call) - _failed_at(crowd[0]) > waited(*retries(crowd[0])[0]) / 4:
            yield crowd
            crowd = []
        crowd.append(call)
    if crowd:
        yield crowd


def _failed_at(call: Call) -> float:
    return call.exchanges[0].over


def _equal(waits: Sequence[float]) -> bool:
    return max(waits) - min(waits) <= max(_STEP, max(waits) * _SHARE)


def _shown(tried: Sequence[_Retry]) -> tuple[Exchange, ...]:
    return tuple(dict.fromkeys(exchange for retry in tried for exchange in retry))
