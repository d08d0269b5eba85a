"""
Which requests are attempts at the same thing, seen from the end.

The journal decides as a request comes in. When all is over more is known: who went on with what,
and which of two that asked the same was the one to come back. So here a request of another thread
is no retry, and an attempt that may be either of two calls is that of the more innocent one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .journal import Call, Exchange

AT_ONCE = 0.1  # seconds: less is no pause, but the time that a round trip takes
_SEEN = 0.05  # seconds in which a client of another process has read an answer, at the latest


def tolerance(seconds: float) -> float:
    """
    Return by how much a wait may differ: clients round, and their clocks tick apart.

    >>> [tolerance(seconds) for seconds in (0.05, 0.5, 2, 60)]
    [0.025, 0.05, 0.1, 0.5]
    """
    return min(max(0.05, seconds / 20), seconds / 2, 0.5)


def waited(early: Exchange, late: Exchange) -> float:
    """Return the seconds between the end of an answer and the next request."""
    return late.at - (early.at if early.finished is None else early.finished)


def retries(call: Call) -> list[tuple[Exchange, Exchange]]:
    """Return each attempt of a call but the last with the one that followed it."""
    return list(zip(call.exchanges, call.exchanges[1:], strict=False))


def tries(exchange: Exchange) -> int | None:
    """Return how often the client says that it has tried before; None when it does not say."""
    count = exchange.request.headers.get("x-stainless-retry-count", "")
    return int(count) if count.isdecimal() else None


def same_sender(early: Exchange, late: Exchange) -> bool:
    """Whether one thread or task has sent both."""
    sender = late.request.sender
    return sender is not None and sender == early.request.sender


def could_know(early: Exchange, late: Exchange) -> bool:
    """Whether who sent the later request could know how the earlier one ended."""
    if early.finished is None or late.at < early.finished:
        return False
    before, now = early.request.sender, late.request.sender
    if before is None or now is None:
        return waited(early, late) >= _SEEN
    return before == now or now.since >= early.finished


def grouped(exchanges: Iterable[Exchange]) -> list[Call]:
    """Return the logical calls, in the order of their first attempts."""
    asked: dict[tuple[str, bytes], list[Exchange]] = {}
    journal = list(exchanges)
    for exchange in journal:
        asked.setdefault((exchange.request.path, exchange.request.body), []).append(exchange)
    follows: dict[Exchange, Exchange] = {}
    for same in asked.values():
        follows |= _links(same)
    calls: dict[Exchange, Call] = {}
    for exchange in journal:
        early = follows.get(exchange)
        calls[exchange] = Call() if early is None else calls[early]
        calls[exchange].exchanges.append(exchange)
    return list(dict.fromkeys(calls.values()))


def _links(same: Sequence[Exchange]) -> dict[Exchange, Exchange]:
    """Return which attempt each retry follows, the surest ones first."""
    follows: dict[Exchange, Exchange] = {}
    _link_senders(same, follows)
    _link_counts(same, follows)
    _link_rest(same, follows)
    return follows


def _link_senders(same: Sequence[Exchange], follows: dict[Exchange, Exchange]) -> None:
    """Link what one thread or task sends again."""
    latest: dict[object, Exchange] = {}
    for late in same:
        early = latest.get(late.request.sender)
        if early is not None and _goes_on(early, late):
            follows[late] = early
        if late.request.sender is not None:
            latest[late.request.sender] = late


def _goes_on(early: Exchange, late: Exchange) -> bool:
    count = tries(late)
    if count:
        return tries(early) == count - 1
    return _may_be_tried_again(early) and early.finished is not None


def _link_counts(same: Sequence[Exchange], follows: dict[Exchange, Exchange]) -> None:
    """Link what says that it is a retry, and of which attempt."""
    followed = set(follows.values())
    for at, late in enumerate(same):
        count = tries(late)
        if count and late not in follows:
            before = [one for one in same[:at] if tries(one) == count - 1 and one not in followed]
            _link(late, before, follows, followed)


def _link_rest(same: Sequence[Exchange], follows: dict[Exchange, Exchange]) -> None:
    """Link what comes after a failure that its sender could know of."""
    followed = set(follows.values())
    failed: list[Exchange] = []
    for late in same:
        if not tries(late) and late not in follows:
            known = [one for one in failed if one not in followed and could_know(one, late)]
            _link(late, known, follows, followed)
        if _may_be_tried_again(late):
            failed.append(late)


def _link(
    late: Exchange,
    before: Sequence[Exchange],
    follows: dict[Exchange, Exchange],
    followed: set[Exchange],
) -> None:
    """Link to the latest attempt after which this one is not too early, else to the earliest."""
    if before:
        due = [early for early in before if _is_due(early, late)]
        early = due[-1] if due else before[0]
        follows[late] = early
        followed.add(early)


def _is_due(early: Exchange, late: Exchange) -> bool:
    wanted = max(early.retry_after or 0.0, AT_ONCE)
    return waited(early, late) >= wanted - tolerance(wanted)


def _may_be_tried_again(exchange: Exchange) -> bool:
    return exchange.failed or exchange.client_left
