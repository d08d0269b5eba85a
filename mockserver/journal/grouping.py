"""
Groups requests into calls after the test.

The journal has to assign a request to a call when the request arrives. After the test more is
known, for example which thread sent each request, and which of two equal requests was retried. So
here a request retries the failed request of another thread only if its own thread was started after
the failure, and the two requests are not in one crowd (see ``fan_out``). If an attempt could belong
to several calls, a call whose ``Retry-After`` is over by then is preferred, in the client's favor.
"""

from __future__ import annotations

from collections.abc import Sequence

from . import Call, Exchange, Journal
from .fan_out import fan_outs

_ABSURD = 10  # a number with this many digits can't be a retry count
# the following are in seconds of the client's clock
AT_ONCE = 0.1  # a shorter time is a round trip, not a pause
_SEEN = 0.05  # the longest time that a client in another process takes to read an answer
_NOTICED = 0.5  # the longest time until the mock notices that a client left, on a busy machine
_APART = 0.25  # the longest time from an answer to another start in one crowd, on a busy machine


def tolerance(seconds: float) -> float:
    """
    Return by how many seconds a wait may differ from ``seconds``.

    Clients round, and clocks differ.

    >>> [tolerance(seconds) for seconds in (0.05, 0.5, 2, 60)]
    [0.025, 0.05, 0.1, 0.5]
    """
    return min(max(0.05, seconds / 20), seconds / 2, 0.5)


def waited(early: Exchange, late: Exchange) -> float:
    """Return the seconds from the end of an answer to the next request."""
    return late.at - early.over


def came_at_once(early: Exchange, late: Exchange, *, scale: float) -> bool:
    """
    Return whether a request followed the end of an answer without a real pause.

    ``scale`` is the journal's scale.
    """
    return waited(early, late) * scale < AT_ONCE or never_rested(early, late, scale=scale)


def never_rested(early: Exchange, late: Exchange, *, scale: float) -> bool:
    """
    Return whether a client certainly worked without a pause from an answer until its next request.

    This is certain if nothing in the client's process has waited, and the client's thread was busy
    all the time. A client that waited for another server has paused. ``scale`` is the journal's
    scale.
    """
    before, now = early.request.sender, late.request.sender
    if before is None or now is None or before != now or before.waits is None:
        return False
    worked = now.busy - before.busy
    if early.stream:  # the client may have worked while the answer arrived
        worked -= (early.over - early.at) * scale
    return now.waits == before.waits and waited(early, late) * scale - worked < AT_ONCE


def has_waited(early: Exchange, late: Exchange) -> bool:
    """Return whether anything in the client's process certainly waited between two requests."""
    before, now = early.request.sender, late.request.sender
    return before is not None and now is not None and now.waits != before.waits


def retries(call: Call) -> list[tuple[Exchange, Exchange]]:
    """Return the pairs of successive attempts of a call."""
    return list(zip(call.exchanges, call.exchanges[1:], strict=False))


def tries(exchange: Exchange) -> int | None:
    """Return the client's own count of earlier attempts; None if the client sends no count."""
    count = exchange.request.headers.get("x-stainless-retry-count", "")
    return int(count) if count.isdecimal() and len(count) < _ABSURD else None


def same_sender(early: Exchange, late: Exchange) -> bool:
    """Return whether the same thread or task sent both requests."""
    sender = late.request.sender
    return sender is not None and sender == early.request.sender


def same_turn(early: Exchange, late: Exchange) -> bool:
    """Return whether the test called the app only once for both requests, as far as is known."""
    before, now = early.request.sender, late.request.sender
    return (before and before.turn) == (now and now.turn)


def left_before(early: Exchange, late: Exchange) -> bool:
    """
    Return whether one thread or task abandoned an answer, and then sent the later request.

    On a busy machine the mock may receive the later request before it notices that the client left.
    """
    left = early.client_left and early.number < late.number
    return left and same_sender(early, late) and waited(early, late) > -_NOTICED


def comes_after(early: Exchange, late: Exchange) -> bool:
    """Return whether a request came after an earlier one was over."""
    return late.number > early.number and (late.at >= early.over or left_before(early, late))


def could_know(early: Exchange, late: Exchange, *, scale: float = 1.0) -> bool:
    """
    Return whether the sender of the later request could know how the earlier request ended.

    ``scale`` is the journal's scale.
    """
    if early.finished is None:
        return False
    if left_before(early, late):
        return True
    if late.at < early.finished:
        return False
    before, now = early.request.sender, late.request.sender
    if before is None or now is None:
        return waited(early, late) * scale >= _SEEN
    return before == now or now.begun_apart_from(before) >= early.finished


def grouped(journal: Journal) -> list[Call]:
    """
    Return the logical calls, in the order of their first attempts.

    Raises DroppedError if the journal has dropped any exchange.
    """
    return among(list(journal), scale=journal.scale)


def among(exchanges: Sequence[Exchange], *, scale: float) -> list[Call]:
    """Return the logical calls to which the exchanges belong."""
    asked: dict[tuple[str, bytes], list[Exchange]] = {}
    for exchange in exchanges:
        asked.setdefault(exchange.asked, []).append(exchange)
    follows: dict[Exchange, Exchange] = {}
    for same in asked.values():
        follows |= _Links(same, scale).found()
    calls: dict[Exchange, Call] = {}
    for exchange in exchanges:
        early = follows.get(exchange)
        calls[exchange] = Call() if early is None else calls[early]
        calls[exchange].exchanges.append(exchange)
    return list(dict.fromkeys(calls.values()))


class _Links:
    """Links the retries among equal requests to their previous attempts, the surest links first."""

    def __init__(self, same: Sequence[Exchange], scale: float) -> None:
        self._same = same
        self._scale = scale
        self._fan_outs = fan_outs(same, _APART / scale)
        self._follows: dict[Exchange, Exchange] = {}
        self._followed: set[Exchange] = set()

    def found(self) -> dict[Exchange, Exchange]:
        """Return a mapping from each retry to the attempt that it follows."""
        self._link_senders()
        self._link_counts()
        self._link_rest()
        return self._follows

    def _link_senders(self) -> None:
        """Link requests that the same thread or task repeats."""
        latest: dict[object, Exchange] = {}
        for late in self._same:
            early = latest.get(late.request.sender)
            if early is not None and _goes_on(early, late):
                self._link(early, late)
            if late.request.sender is not None:
                latest[late.request.sender] = late

    def _link_counts(self) -> None:
        """Link requests whose retry count is the previous attempt's count plus one."""
        for at, late in enumerate(self._same):
            count = tries(late)
            if count and late not in self._follows:
                before = self._same[:at]
                self._choose([one for one in before if tries(one) == count - 1], late)

    def _link_rest(self) -> None:
        """Link requests that follow a failure of which their sender could know."""
        failed: list[Exchange] = []
        for late in self._same:
            if not tries(late) and late not in self._follows:
                self._choose([one for one in failed if self._could_follow(one, late)], late)
            if _may_be_tried_again(late):
                failed.append(late)

    def _could_follow(self, early: Exchange, late: Exchange) -> bool:
        crowd = self._fan_outs.get(late)
        apart = crowd is None or crowd != self._fan_outs.get(early)
        return apart and could_know(early, late, scale=self._scale)

    def _choose(self, before: Sequence[Exchange], late: Exchange) -> None:
        """Link ``late`` to the last attempt whose ``Retry-After`` is over, or else to the first."""
        free = [early for early in before if early not in self._followed]
        if free:
            due = [early for early in free if self._is_due(early, late)]
            self._link(due[-1] if due else free[0], late)

    def _link(self, early: Exchange, late: Exchange) -> None:
        self._follows[late] = early
        self._followed.add(early)

    def _is_due(self, early: Exchange, late: Exchange) -> bool:
        wanted = max(early.retry_after or 0.0, AT_ONCE / self._scale)
        return waited(early, late) >= wanted - tolerance(wanted)


def _goes_on(early: Exchange, late: Exchange) -> bool:
    """Return whether the later of two requests from one sender retries the earlier request."""
    count = tries(late)
    if count:
        return tries(early) == count - 1
    return _may_be_tried_again(early) and early.finished is not None


def _may_be_tried_again(exchange: Exchange) -> bool:
    return exchange.failed or exchange.client_left
