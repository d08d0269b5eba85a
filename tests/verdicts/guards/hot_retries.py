"""Who has not come back at once: rows for ``hot-retry``."""

from __future__ import annotations

from mockserver.core.messages import Sender
from mockserver.faults import Error

from .row import (
    ANOTHER_KEY,
    BUSY,
    LIMITED,
    Play,
    Row,
    also,
    but,
    each,
    first,
    loop,
    meets,
    said,
    waiting,
    without,
)

HOT = "hot-retry"
KEYS, BACK_OFF, USERS = "Another key or model", "Back-off of any kind", "Users"
RUSH = Play(loop(0.001, 0.002), (first(99, BUSY),))
ONCE = Play(loop(0.01), (first(9, LIMITED),))
DRAWN = Play(loop(0.04, 0.09, 0.03, 0.02, 0.05, 1.2), (first(99, LIMITED),))
ALIKE = Play(
    tuple({"at": 0.06 * number, "user": str(number)} for number in range(8)), (first(99, BUSY),)
)


WORKED = Play(
    (
        {"at": 0, "by": Sender("thread 1", waits=0)},
        {"at": 0.5, "by": Sender("thread 1", busy=0.45, waits=0)},
    ),
    (first(9, LIMITED),),
)


def resting(number):
    """Return a thread whose process has waited before each of its requests."""
    return Sender("thread 1", waits=number)


ROWS = (
    Row(BACK_OFF, HOT, RUSH, "one quick retry of a 503 is none", without(3)),
    Row(BACK_OFF, HOT, RUSH, "it came after a pause", waiting(0.15, 0.15)),
    Row(BACK_OFF, HOT, RUSH, "the two do not follow each other", waiting(0.001, 1.0, 0.002)),
    Row(
        BACK_OFF,
        HOT,
        RUSH,
        "it was told to come at once",
        meets(first(9, Error(problem="queue_exceeded", retry_after=0.0))),
    ),
    Row(
        "Transient errors",
        HOT,
        RUSH,
        "what does not pass is none of its business",
        meets(first(9, Error(problem="wrong_api_key"))),
    ),
    Row(BACK_OFF, HOT, RUSH, "the answer before was good", meets()),
    Row(
        "Leaving", HOT, RUSH, "the client had waited for the answers that it left", each(left=True)
    ),
    Row(KEYS, HOT, RUSH, "the retry has another key", but(2, headers=ANOTHER_KEY)),
    Row(
        "Other clients with the same request",
        HOT,
        RUSH,
        "it is somebody else",
        but(2, by="thread 2"),
    ),
    Row(BACK_OFF, HOT, RUSH, "it waits longer at other times", also({"at": 2.5})),
    Row(BACK_OFF, HOT, RUSH, "it is seen to sleep", each(by=resting)),
    Row(
        BACK_OFF,
        HOT,
        DRAWN,
        "four in a row may be drawn",
        waiting(0.04, 0.09, 0.03, 0.02, 1.2),
    ),
    Row(BACK_OFF, HOT, ONCE, "after a 503 one is none", meets(first(9, BUSY))),
    Row(BACK_OFF, HOT, ONCE, "0.05 s may be drawn", but(2, at=0.05)),
    Row(
        BACK_OFF,
        HOT,
        ONCE,
        "after a 429, too, who waits longer at other times may draw",
        also({"at": 1.5}),
    ),
    Row(BACK_OFF, HOT, ONCE, "so may who is seen to sleep", each(by=resting)),
    Row(
        BACK_OFF,
        HOT,
        WORKED,
        "it may have waited for another server",
        but(2, by=Sender("thread 1", busy=0.35, waits=0)),
    ),
    Row(
        BACK_OFF,
        HOT,
        WORKED,
        "somebody in its process has slept",
        but(2, by=Sender("thread 1", busy=0.45, waits=1)),
    ),
    Row(USERS, HOT, ALIKE, "seven may be of seven users", without(8)),
    Row(
        "Other clients with the same request",
        HOT,
        ALIKE,
        "each is of another thread",
        each(by=lambda number: f"thread {number}"),
    ),
    Row(
        "Other clients with the same request",
        HOT,
        ALIKE,
        "nobody knows of whom they are",
        each(by=None),
    ),
    Row(
        KEYS,
        HOT,
        ALIKE,
        "each has another key",
        each(headers=lambda number: {"authorization": f"Bearer csk-{number}"}),
    ),
    Row(USERS, HOT, ALIKE, "they come after a pause", each(at=lambda number: number / 2)),
    Row(
        USERS,
        HOT,
        ALIKE,
        "each asks for something else",
        each(messages=lambda number: said(f"What was on 2026-11-1{number}?")),
    ),
    Row(
        USERS,
        HOT,
        ALIKE,
        "in one of them the client had left",
        but(4, left=True),
    ),
    Row(
        "Other clients with the same request",
        HOT,
        ALIKE,
        "it could not know yet of one failure",
        but(4, takes=0.07),
    ),
)
