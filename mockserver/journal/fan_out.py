"""
Finds crowds, which are requests from threads, jobs or tasks that were started together.

Some requests of a crowd are answered before others start, so by their times alone the later ones
look like retries. The requests of threads with the same parent form a series, which ends when no
new thread starts for some time after the last answer. If any two threads of a series work at the
same time, the series is a crowd, and none of its requests retries another.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from mockserver.core.messages import Sender

from . import Exchange


def fan_outs(same: Sequence[Exchange], pause: float) -> Mapping[Exchange, int]:
    """
    Return the number of its crowd for each request in a crowd; all requests must be equal.

    ``pause`` is the least number of seconds between two series.
    """
    found: dict[Exchange, int] = {}
    for series in _series(same, pause):
        if _is_crowd(series):
            found |= dict.fromkeys((exchange for exchange, _ in series), len(found))
    return found


def _series(same: Sequence[Exchange], pause: float) -> Iterator[list[tuple[Exchange, Sender]]]:
    """Yield each series: requests of senders with the same parent, without a long pause."""
    families: dict[Sender, list[tuple[Exchange, Sender]]] = {}
    for exchange in same:
        sender = exchange.request.sender
        if sender is not None and sender.parent is not None:
            families.setdefault(sender.parent, []).append((exchange, sender))
    for family in families.values():
        series: list[tuple[Exchange, Sender]] = []
        over = -math.inf
        for exchange, sender in sorted(family, key=lambda pair: pair[1].since):
            if series and sender.since >= over + pause:
                yield series
                series = []
            series.append((exchange, sender))
            over = max(over, _end(exchange))
        yield series


def _is_crowd(series: Sequence[tuple[Exchange, Sender]]) -> bool:
    """Return whether any two of the senders worked at the same time."""
    names = {sender.name for _, sender in series}
    over, last = -math.inf, ""
    for exchange, sender in series:
        if not sender.beside.isdisjoint(names) or (sender.since < over and sender.name != last):
            return True
        over, last = max(over, _end(exchange)), sender.name
    return False


def _end(exchange: Exchange) -> float:
    return math.inf if exchange.finished is None else exchange.finished
