"""Apps that send requests in a loop: endlessly to the API, or too often to the status page."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from mockserver.core.units import counted
from mockserver.journal import Exchange, StatusLook
from mockserver.scenario.injection import PAST_BUDGET

from .received import received
from .verdict import Case, Finding

_SHOWN = 8  # exchanges that a finding shows, of perhaps hundreds
_MINUTE = 60.0  # seconds of the client's clock
_MOST_LOOKS = 10  # requests of one client within a minute: one every six seconds
_MOST_UNSEEN = 60  # the same for all clients together, if they can't be told apart
_Watcher: TypeAlias = tuple[str, str, tuple[int, int] | None, int]


def endless_requests(case: Case) -> Iterator[Finding]:
    """Find the places in an app that sent more requests than a test may send."""
    answered: dict[str, list[Exchange]] = {}
    refused: Counter[str] = Counter()
    for exchange in case.exchanges:
        place = exchange.request.place
        if exchange.intervened and exchange.rule == PAST_BUDGET.name:
            refused[place] += 1
        else:
            answered.setdefault(place, []).append(exchange)
    for place, more in refused.items():
        before = answered.get(place, [])
        came = f"{counted(len(before) + more, 'request')} came from {place}"
        if before:
            last = before[-1]
            came += f", and the last answered one, #{last.number}, got {last.outcome}"
        yield Finding(came, tuple(before[-_SHOWN:]))


def polled_status_page(case: Case) -> Iterator[Finding]:
    """Find clients that request the status page more often than their requests failed."""
    failures = sorted(one.over for one in case.exchanges if one.failed or not received(one))
    minute = _MINUTE / case.journal.scale
    looks: dict[_Watcher, list[StatusLook]] = {}
    for look in case.journal.status_looks:
        looks.setdefault(_watcher(look), []).append(look)
    for watched in looks.values():
        most = _busiest(watched, failures, minute)
        if most:
            lasted = (most[-1].at - most[0].at) * case.journal.scale
            sender = most[-1].sender
            site = sender.site if sender else None
            often = f"{counted(len(most), 'request')} for the status page within {lasted:.1f} s"
            where = f", from {site[0]}:{site[1]}" if site else ""
            yield Finding(f"{often}{where}", site=site)


def _watcher(look: StatusLook) -> _Watcher:
    """Return a key that distinguishes clients by sender, path, and part of the test."""
    sender = look.sender
    return look.path, sender.name if sender else "", sender.turn if sender else None, look.part


def _busiest(
    looks: Sequence[StatusLook], failures: Sequence[float], minute: float
) -> Sequence[StatusLook]:
    """
    Return the requests of the busiest minute if they are too many, or else none.

    Each failure in that minute, or in the minute before, excuses one request.
    """
    most: Sequence[StatusLook] = ()
    allowed, begin = _MOST_LOOKS if looks[0].sender else _MOST_UNSEEN, 0
    for end, last in enumerate(looks, start=1):
        while last.at - looks[begin].at >= minute:
            begin += 1
        failed = bisect_right(failures, last.at) - bisect_left(failures, looks[begin].at - minute)
        if end - begin > max(allowed, failed, len(most)):
            most = looks[begin:end]
    return most
