"""Apps that send requests endlessly, until the mock refuses to answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mockserver.core.units import counted
from mockserver.journal import Exchange
from mockserver.scenario.injection import PAST_BUDGET

from .verdict import Case, Finding

_SHOWN = 8  # exchanges; there are hundreds, much the same


def endless_requests(case: Case) -> Iterator[Finding]:
    """Find the places in an app that sent more requests than a test may."""
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
            came += f", and the last one answered, #{last.number}, got {last.outcome}"
        yield Finding(came, tuple(before[-_SHOWN:]))
