"""
How long clients wait before they try again, and how often they try.

Under a time scale, a wait that the server requested is counted in the seconds of the scenario. Any
other wait is counted in the client's own seconds, because no scale shortens it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median
from typing import TypeAlias

from mockserver.core.units import rough
from mockserver.journal import Call, Exchange
from mockserver.journal.grouping import AT_ONCE, retries, tolerance, tries, waited
from mockserver.plan import field_of
from mockserver.verdicts.received import received
from mockserver.verdicts.verdict import USER, Case, Finding

from .errors import passing

_CONSTANT = 4  # equal waits; fewer may be the minimum of an exponential back-off
_LONG = 30.0  # seconds; a longer constant wait overloads no server
_TIRELESS = 20  # retries of one call; enough to show a pattern despite any jitter
_SHORT = 2.0  # seconds; in a call with so many retries, shorter waits should grow
_JITTER = 0.6  # waits are steady if all of them exceed this share of their median
_GROWTH = 1.25  # waits grow if the median of the later half is larger by this factor
_TWICE = 2
_CROWD = 5  # calls; fewer may wait equally long by chance, even with the jitter of the SDKs
_STEP = 0.02  # seconds by which equal waits may differ
_SHARE = 0.05  # share of a wait by which equal waits may differ, if that is more
Retry: TypeAlias = tuple[Exchange, Exchange]


def ignored_retry_after(case: Case) -> Iterator[Finding]:
    """Find calls that were retried before the time of ``Retry-After`` had passed."""
    for call in case.calls:
        early_birds = [retry for retry in retries(call) if too_early(*retry)]
        if early_birds:
            early, late = early_birds[0]
            more = len(early_birds) - 1
            said = f"#{early.number} said Retry-After {_as_sent(early)}"
            came = f"but #{late.number} came after {waited(early, late):.2f} s"
            rest = f", and {more} more came too early" if more else ""
            yield Finding(f"{said}, {came}{rest}", shown(early_birds))


def _as_sent(early: Exchange) -> str:
    """Return the seconds to wait; if the field has a date, the date, with the seconds after it."""
    seconds = rough(early.retry_after or 0)
    field = field_of(early.plan, "retry-after") or ""
    is_date = ":" in field and field_of(early.plan, "retry-after-ms") is None
    return f"{field} (in {seconds} s)" if is_date else seconds


def constant_waits(case: Case) -> Iterator[Finding]:
    """Find calls in which the client chose its waits, but did not make them grow."""
    for call in case.calls:
        tried = retries(call)[:_CONSTANT]
        waits = [case.paused(*retry) for retry in tried if is_chosen(retry, case)]
        equal = len(waits) == _CONSTANT and max(waits) - min(waits) <= tolerance(max(waits))
        first = call.exchanges[0]
        if equal and max(waits) < _LONG:
            each = f"each came {waits[0]:.2f} s after the failure"
            yield Finding(f"the first {_CONSTANT} retries of #{first.number} {each}", shown(tried))
        elif tireless := _tireless(call, case):
            waits = [case.paused(*retry) for retry in tireless]
            changed = f"from {median(waits[:3]):.2f} s to {median(waits[-3:]):.2f} s"
            what = f"#{first.number} was retried {len(waits)} times"
            yield Finding(f"{what}, with waits that did not grow: {changed}", shown(tireless))


def waits_in_step(case: Case) -> Iterator[Finding]:
    """Find groups of calls that failed together and then waited equally long, twice in a row."""
    for crowd in _crowds([call for call in case.calls if _chose_twice(call, case)]):
        both = [[case.paused(*retry) for retry in retries(call)[:_TWICE]] for call in crowd]
        firsts, seconds = zip(*both, strict=True)
        if len(crowd) >= _CROWD and _equal(firsts) and _equal(seconds):
            waits = f"{firsts[0]:.2f} s and then {seconds[0]:.2f} s"
            shown = tuple(call.exchanges[0] for call in crowd)
            yield Finding(f"{len(crowd)} calls failed together and all waited {waits}", shown)


def nested_layers(case: Case) -> Iterator[Finding]:
    """Find calls in which another layer restarted the client after it used up its attempts."""
    for together in (one for call in case.calls for one in _without_gaps(call, case)):
        restarts = [retry for retry in retries(together) if _begins_again(*retry)]
        if restarts:
            inner = 1 + max(tries(one) or 0 for one in together.exchanges)
            yield Finding(
                f"#{together.exchanges[0].number} became {together.attempts} requests, because "
                f"another layer made the client start its {inner} attempts {len(restarts) + 1} "
                "times",
                tuple(together.exchanges),
            )


def told(early: Exchange, late: Exchange) -> float | None:
    """
    Return the ``Retry-After`` that a retry had to obey, in seconds; None if there was none.

    With another key, other limits apply.
    """
    heeds = early.key == late.key and early.refused and received(early)
    return early.retry_after if heeds else None


def too_early(early: Exchange, late: Exchange) -> bool:
    """Return whether a retry came before the time of ``Retry-After`` had passed."""
    least = told(early, late) or 0.0
    return least > 0 and waited(early, late) < least - tolerance(least)


def _tireless(call: Call, case: Case) -> list[Retry]:
    """Return the retries of a call if there are very many, and their waits do not grow."""
    tried = [retry for retry in same_key(call) if failed_untold(retry[0])]
    waits = [case.paused(*retry) for retry in tried]
    if len(waits) < _TIRELESS or not AT_ONCE <= median(waits) < _SHORT:
        return []
    half = len(waits) // 2
    grows = median(waits[half:]) >= _GROWTH * median(waits[:half])
    steady = min(waits) > _JITTER * median(waits) and not grows
    shrinks = min(waits[:3]) > _TWICE * median(waits[3:])
    return tried if steady or shrinks else []


def same_key(call: Call) -> list[Retry]:
    """Return the retries with an unchanged key, because another key has other limits."""
    return [(early, late) for early, late in retries(call) if early.key == late.key]


def _begins_again(early: Exchange, late: Exchange) -> bool:
    """Return whether a client that had already retried began again with its first attempt."""
    return bool(tries(early)) and tries(late) == 0


def _without_gaps(call: Call, case: Case) -> Iterator[Call]:
    """
    Yield the groups of attempts that the layers of one program can have made together.

    A new group begins when the client starts again after more than a minute and more than twice the
    longest wait so far: such a client was started again by a user, not by a layer.
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


def is_chosen(retry: Retry, case: Case) -> bool:
    """Return whether the client itself chose how long to wait."""
    return failed_untold(retry[0]) and not case.at_once(*retry)


def failed_untold(exchange: Exchange) -> bool:
    """Return whether an attempt had a transient failure without a ``Retry-After``."""
    return passing(exchange) and exchange.retry_after is None and received(exchange)


def _chose_twice(call: Call, case: Case) -> bool:
    return sum(is_chosen(retry, case) for retry in retries(call)[:_TWICE]) == _TWICE


def _crowds(calls: Sequence[Call]) -> Iterator[list[Call]]:
    """
    Yield groups of calls that failed at nearly the same time.

    All calls of a group failed within the first quarter of the wait before the first call's retry.
    """
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


def shown(tried: Sequence[Retry]) -> tuple[Exchange, ...]:
    """Return the exchanges of retries, each once."""
    return tuple(dict.fromkeys(exchange for retry in tried for exchange in retry))
