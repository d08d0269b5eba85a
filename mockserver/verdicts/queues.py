"""
Distinguishes an app that retries from one that works through a queue with equal items.

Both send equal requests, one after the other. But an app that retries nothing also goes on to its
next item when another one has failed. A queue that has only equal items can't be told from retries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from mockserver.api.contract.routes import COMPLETING
from mockserver.journal import Call, Exchange
from mockserver.journal.grouping import retries, tries

from .received import received

Pair: TypeAlias = Callable[[Exchange, Exchange], bool]


class Order:
    """
    The order in which each thread or task sent its requests, in each call of the app.

    ``at_once`` tells whether a client sent its next request without a pause.
    """

    def __init__(self, exchanges: Sequence[Exchange], at_once: Pair) -> None:
        self._at_once = at_once
        self._previous: dict[Exchange, Exchange] = {}
        self._next: dict[Exchange, Exchange] = {}
        latest: dict[object, Exchange] = {}
        for late in exchanges:
            early = latest.get(_sender(late))
            if early is not None:
                self._previous[late], self._next[early] = early, late
            latest[_sender(late)] = late

    def went_on(self, exchange: Exchange) -> bool:
        """Return whether the sender of a request is known, and sent another one afterwards."""
        return exchange.request.sender is not None and exchange in self._next

    def went_on_at_once(self, exchange: Exchange) -> bool:
        """Return whether its sender went on without a pause."""
        return self._at_once(exchange, self._next[exchange])

    def paused(self, early: Exchange, late: Exchange) -> bool:
        """Return whether the client paused just before it repeated a request."""
        return not self._at_once(self._previous.get(late, early), late)


def items_apart(calls: Sequence[Call], order: Order, is_other: Pair) -> Iterator[Call]:
    """
    Yield the calls, with each equal item of a queue as a call of its own.

    ``is_other`` tells whether two completions ask different questions.
    """
    single: dict[object, list[Exchange]] = {}
    for call in calls:
        if call.attempts == 1 and _was_left_at_that(call, order):
            single.setdefault(_kind(call.last), []).append(call.last)
    for call in calls:
        if call.attempts > 1 and single and _are_items(call, order, single, is_other):
            yield from (Call([one]) for one in call.exchanges)
        else:
            yield call


def _was_left_at_that(call: Call, order: Order) -> bool:
    """Return whether a completion failed, and its sender went on to something else."""
    last = call.last
    return last.endpoint in COMPLETING and last.failed and order.went_on(last)


def _are_items(
    call: Call, order: Order, single: Mapping[object, Sequence[Exchange]], is_other: Pair
) -> bool:
    """
    Return whether the same client retried no other request that failed in the same way.

    If the client paused before each repetition, but not after such another failure, it retries.
    """
    return all(
        not tries(late)
        and _sender(early) == _sender(late)
        and any(
            is_other(early, one) and not (order.paused(early, late) and order.went_on_at_once(one))
            for one in single.get(_kind(early), ())
        )
        for early, late in retries(call)
    )


def _sender(exchange: Exchange) -> object:
    sender = exchange.request.sender
    return sender, sender and sender.turn


def _kind(exchange: Exchange) -> object:
    """Return who asked what kind of request, and how it failed."""
    asked = exchange.endpoint, exchange.model, exchange.key
    return _sender(exchange), *asked, received(exchange), exchange.status
