"""Who sends: rows on what is a retry at all, and of whom."""

from __future__ import annotations

from mockserver.core.messages import Sender
from mockserver.faults import Error, Latency
from mockserver.scenario import Rule

from .row import BUSY, Play, Row, but, each, first, said

OTHERS, IGNORED = "Other clients with the same request", "retry-after-ignored"
A = Sender("thread 1")
TOLD = (first(9, Error(problem="requests_per_minute", retry_after=2.0)),)


def play(early, late, *, at=0.5, **keys):
    """Return a play in which one is told to wait and another one comes too early."""
    return Play(({"at": 0, "takes": 0.1, "by": early}, {"at": at, "by": late, **keys}), TOLD)


def child(name, since, parent=A, beside=()):
    return Sender(name, NOW + since, parent, frozenset(beside))


def turn(called, begun=0):
    """Return who sends in a turn of the test."""
    return Sender("thread 1", turn=(called, begun))


WRONG_KEY = Error(problem="wrong_api_key")
NOW = 1_790_000_000.25  # when the stage begins
CROWD = Play(
    (
        {"at": 0, "takes": 0.2, "by": child("job 1", 0)},
        {"at": 0.5, "takes": 0.5, "by": child("job 2", 0.5)},
        {"at": 0.6, "by": child("job 3", 0.6)},
    ),
    TOLD,
)

AGAIN = "The test that asks again"
TURN = Sender("thread 1", turn=(1, 0))
HOT = Play(
    ({"at": 0, "by": TURN}, {"at": 0.01, "by": TURN}, {"at": 0.02, "by": TURN}), (first(9, BUSY),)
)
REFUSED = Play(({"at": 0, "by": TURN}, {"at": 1, "by": TURN}), (first(9, WRONG_KEY),))

OTHER_USERS = Play(
    tuple({"at": at / 100, "by": TURN, "user": str(at)} for at in range(8)), (first(9, BUSY),)
)
LONG = said("word " * 9000)
TOO_LONG = Play(tuple({"at": at, "by": TURN, "messages": LONG} for at in (0, 1)))
ANSWERED = Play(tuple({"at": at, "by": TURN, "temperature": 0} for at in (0, 1)))
OTHER_FORM = Play((ANSWERED.asks[0], {**ANSWERED.asks[1], "stream": True}))
LEFT = Play(
    tuple({"at": at, "by": TURN, "takes": 5, "left": True} for at in (0, 9)),
    (Rule(faults=(Latency(60.0),)),),
)

ROWS = (
    Row(AGAIN, IGNORED, play(TURN, TURN), "it is another turn", but(2, by=turn(2))),
    Row(AGAIN, IGNORED, play(TURN, TURN), "it began in another", but(2, by=turn(1, 1))),
    Row(AGAIN, "hot-retry", HOT, "each is a turn", each(by=turn)),
    Row(AGAIN, "hot-retry", OTHER_USERS, "each user is a turn", each(by=turn)),
    Row(AGAIN, "permanent-error-retried", REFUSED, "each is a turn", each(by=turn)),
    Row(AGAIN, "overflow-repeated", TOO_LONG, "each is a turn", each(by=turn)),
    Row(AGAIN, "duplicate-request (advice)", ANSWERED, "each is a turn", each(by=turn)),
    Row(AGAIN, "unread-answer (advice)", OTHER_FORM, "each is a turn", each(by=turn)),
    Row(AGAIN, "unread-answer (advice)", LEFT, "the client leaves in each turn", each(by=turn)),
    Row(OTHERS, IGNORED, play("thread 1", "thread 1"), "another thread", but(2, by="thread 2")),
    Row(
        OTHERS,
        IGNORED,
        play(A, child("job 2", 0.2)),
        "it began before the failure",
        but(2, by=child("job 2", 0.05)),
    ),
    Row(
        OTHERS,
        IGNORED,
        play(child("task 1", -1), child("job 3", 0.2, child("task 1", -1))),
        "it was started by a task that was beside the other",
        but(2, by=child("job 3", 0.2, child("task 2", -1))),
    ),
    Row(
        OTHERS,
        IGNORED,
        play(child("job 1", 0), child("job 2", 0.3)),
        "its parent had not waited for the other",
        but(2, by=child("job 2", 0.3, beside=["job 1"])),
    ),
    Row(
        OTHERS,
        IGNORED,
        play(None, None),
        "what other processes send within 50 ms is no retry",
        but(2, at=0.12),
    ),
    Row(
        OTHERS,
        IGNORED,
        Play(
            (
                {"at": 0, "takes": 0.1, "by": None, "count": 0},
                {"at": 0.12, "by": None, "count": 1},
            ),
            TOLD,
        ),
        "a process that counts no retries may have more threads",
        but(2, count=None),
    ),
    Row(
        OTHERS,
        IGNORED,
        play("thread 1", "thread 1"),
        "the first is still being answered",
        but(1, takes=None),
    ),
)
