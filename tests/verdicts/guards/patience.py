"""Who may wait long, and who has not: rows for the rules on patience."""

from __future__ import annotations

from mockserver.api.model.script import Script
from mockserver.faults import Error, KeepAlive, Latency, Pace
from mockserver.scenario import Rule

from .row import ANOTHER_KEY, BUSY, Play, Row, but, first, loop, meets, waiting

SLEPT, STAYED = "slept-for-hours (advice)", "no-overall-deadline (advice)"
LONG, LIFE = "Long waits", "Signs of life"


def day(seconds):
    return Error(problem="tokens_per_day", retry_after=seconds)


def signs(lasting, **keys):
    faults = (KeepAlive(every=10.0, lasting=lasting, after_tokens=2, **keys),)
    return Rule(reply=Script(tokens=9), faults=faults)


def before_all(lasting, *faults):
    return Rule(faults=(KeepAlive(every=10.0, lasting=lasting), *faults))


OBEYED = Play(loop(3600), (first(1, day(3600.0)),))
GROWN = Play(loop(300, 700), (first(2, BUSY),))
SILENT = Play(({"at": 0, "stream": True, "takes": 300},), (signs(300.0),))

ROWS = (
    # ---------------------------------------------------------------------- slept-for-hours
    Row(LONG, SLEPT, OBEYED, "another thread comes for a job of its own", but(2, by="thread 2")),
    Row(LONG, SLEPT, OBEYED, "it comes when it is due, and not as told", but(2, at=7200)),
    Row(LONG, SLEPT, OBEYED, "nobody can tell who in another process it is", but(2, by=None)),
    Row(LONG, SLEPT, OBEYED, "another key was told nothing", but(2, headers=ANOTHER_KEY)),
    Row(LONG, SLEPT, OBEYED, "who has left was told nothing", but(1, left=True)),
    Row(
        LONG,
        SLEPT,
        Play(({"at": 0, "count": 0}, {"at": 3600, "by": None, "count": 1}), OBEYED.rules),
        "it is a call of its own, by the count of its client",
        but(2, count=0),
    ),
    Row(LONG, SLEPT, GROWN, "ten minutes are no hours", waiting(300, 590)),
    Row(LONG, SLEPT, GROWN, "no back-off grows so fast", waiting(100, 700)),
    Row(LONG, SLEPT, GROWN, "a job comes every so often", waiting(700, 700)),
    # ------------------------------------------------------------------ no-overall-deadline
    Row(LIFE, STAYED, SILENT, "the client has left", but(1, left=True, takes=60)),
    Row(LIFE, STAYED, SILENT, "it takes less than two minutes", meets(signs(110.0))),
    Row(
        LIFE,
        STAYED,
        SILENT,
        "tokens come",
        meets(Rule(reply=Script(tokens=9), faults=(Pace(tokens_per_second=0.03),))),
    ),
    Row(
        LIFE,
        STAYED,
        SILENT,
        "most of it was a wait before the head",
        meets(Rule(reply=Script(tokens=9), faults=(*signs(110.0).faults, Latency(190.0)))),
    ),
    Row(
        LIFE,
        STAYED,
        Play(SILENT.asks, (before_all(130.0),)),
        "most of it was a wait before the head, and no token came",
        meets(before_all(110.0, Latency(20.0))),
    ),
    Row(LIFE, STAYED, SILENT, "it waits before the head", meets(Rule(faults=(Latency(300.0),)))),
)
