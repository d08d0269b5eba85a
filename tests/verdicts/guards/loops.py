"""Who looks at the status page as often as is good: rows for the rule on polling."""

from __future__ import annotations

from dataclasses import replace

from mockserver.core.messages import Sender

from .row import BUSY, Change, Play, Row, first, looking

LOOKS = "Looks at the status page"
POLLED = "status-page-polled (advice)"
POLLING = Play((), looks=tuple({"at": 120.0 + at} for at in range(11)))
UNSEEN = Play((), looks=tuple({"at": 0.5 * at, "by": None} for at in range(61)))


def turns(play: Play) -> Play:
    """Let each look be in a call of the app of its own."""
    senders = [Sender("thread 1", turn=(1, at)) for at in range(len(play.looks))]
    seen = zip(play.looks, senders, strict=True)
    return replace(play, looks=tuple({**look, "by": by} for look, by in seen))


def threads(play: Play) -> Play:
    """Let each look be by a thread of its own."""
    looks = enumerate(play.looks)
    return replace(play, looks=tuple({**look, "by": f"thread {at}"} for at, look in looks))


def failing(before: float) -> Change:
    """Let eleven requests fail, the last of them so long before the first look."""
    asks = tuple({"at": 120.0 - before - at, "by": f"thread {at}"} for at in range(11))
    return lambda play: replace(play, asks=asks, rules=(first(11, BUSY),))


def leaving(play: Play) -> Play:
    """Let the client leave eleven answers before the first look."""
    asks = tuple({"at": 108.0 + at, "left": True, "by": f"thread {at}"} for at in range(11))
    return replace(play, asks=asks)


ROWS = (
    Row(LOOKS, POLLED, POLLING, "ten looks in a minute", looking(*range(10))),
    Row(LOOKS, POLLED, POLLING, "six seconds between two", looking(*range(0, 120, 6))),
    Row(LOOKS, POLLED, POLLING, "each after a failure", failing(1.0)),
    Row(LOOKS, POLLED, POLLING, "each after the client had left", leaving),
    Row(LOOKS, POLLED, failing(60.5)(POLLING), "failures not long ago", failing(45.0)),
    Row(LOOKS, POLLED, POLLING, "each by another thread", threads),
    Row(LOOKS, POLLED, POLLING, "each in a call of the app of its own", turns),
    Row(LOOKS, POLLED, UNSEEN, "sixty by nobody knows whom", looking(*range(60), by=None)),
)
