"""Who has waited as is right: rows for the rules on pauses."""

from __future__ import annotations

from dataclasses import replace

from mockserver.faults import Cut, Error, HeaderChanges
from mockserver.scenario import Match, Rule, Schedule

from .row import (
    ANOTHER_KEY,
    BUSY,
    LIMITED,
    Play,
    Row,
    but,
    each,
    first,
    loop,
    meets,
    waiting,
    without,
)

IGNORED, CONSTANT = "retry-after-ignored", "constant-backoff (advice)"
IN_STEP, NESTED = "no-jitter (advice)", "nested-retries (advice)"
ROUNDING, BACK_OFF = "Rounding", "Back-off of any kind"


def told(seconds):
    return first(9, Error(problem="requests_per_minute", retry_after=seconds))


def early(seconds, wait):
    """Return a play in which a retry comes before it was told to."""
    return Play(loop(wait), (told(seconds),))


EQUAL = Play(loop(1, 1, 1, 1), (first(9, BUSY),))
TIRELESS = Play(loop(*[1.2, 0.8, 1.0, 1.1, 0.9] * 4), (first(99, BUSY),))
SHRINKING = Play(loop(*[4, 3, 2, 1], *[0.2, 0.1] * 10), (first(99, BUSY),))
CROWD = Play(
    tuple(
        {"at": at + client / 100, "by": f"thread {client}", "user": str(client)}
        for at in (0, 1, 3)
        for client in range(5)
    ),
    tuple(
        Rule(match=Match(json={"$.user": str(number)}), schedule=Schedule(first=2), faults=(BUSY,))
        for number in range(5)
    ),
)
LAYERS = Play(
    tuple({"at": at, "count": count} for at, count in ((0, 0), (1, 1), (3, 2), (63, 0))),
    (first(9, BUSY),),
)
PATIENT = Play(
    tuple({"at": at, "count": count} for at, count in ((0, 0), (50, 1), (140, 0))),
    (first(9, BUSY),),
)


def client(number, *waits):
    """Let a client of the crowd wait otherwise."""

    def change(play):
        for attempt, at in enumerate(waits, start=1):
            play = but(5 * attempt + number, at=at + (number - 1) / 100)(play)
        return play

    return change


def fewer(play):
    """Let one client of the crowd not be there."""
    return replace(play, asks=tuple(ask for ask in play.asks if ask["by"] != "thread 4"))


def one_after_the_other(play):
    """Let the clients of the crowd begin a second apart."""
    asks = ({**ask, "at": ask["at"] + int(ask["user"])} for ask in play.asks)
    return replace(play, asks=tuple(asks))


ROWS = (
    # ------------------------------------------------------------------ retry-after-ignored
    Row(ROUNDING, IGNORED, early(2.0, 1.8), "5 % are rounding", but(2, at=1.95)),
    Row(ROUNDING, IGNORED, early(0.5, 0.44), "50 ms are rounding", but(2, at=0.46)),
    Row(ROUNDING, IGNORED, early(60.0, 59.4), "half a second is", but(2, at=59.6)),
    Row(ROUNDING, IGNORED, early(0.05, 0.02), "half of a short wait is", but(2, at=0.03)),
    Row(
        "Another key or model",
        IGNORED,
        early(2.0, 0.5),
        "another key was told nothing",
        but(2, headers=ANOTHER_KEY),
    ),
    Row(
        "Another key or model",
        IGNORED,
        early(2.0, 0.5),
        "another model was told nothing",
        but(2, model="gpt-oss-120b"),
    ),
    Row(
        "Leaving",
        IGNORED,
        Play(({"at": 0.0, "takes": 0.1}, {"at": 0.3}), (told(2.0),)),
        "the client had left before it could see Retry-After",
        but(1, left=True),
    ),
    Row(
        BACK_OFF,
        IGNORED,
        early(2.0, 0.5),
        "in an answer that is no refusal a Retry-After says nothing",
        meets(first(1, Cut(after_tokens=0), HeaderChanges(set={"retry-after": "2"}))),
    ),
    Row(BACK_OFF, IGNORED, early(2.0, 0.5), "it was told to come at once", meets(told(0.0))),
    Row(
        BACK_OFF,
        IGNORED,
        Play(({"at": 0, "takes": 0.51}, {"at": 0.5}), (told(2.0),)),
        "it was told nothing",
        meets(first(9, LIMITED)),
    ),
    # -------------------------------------------------------------------- constant-backoff
    Row(BACK_OFF, CONSTANT, EQUAL, "the waits grow", waiting(1, 2, 4, 8)),
    Row(BACK_OFF, CONSTANT, EQUAL, "the waits are drawn", waiting(1, 1.5, 0.7, 1.2)),
    Row(BACK_OFF, CONSTANT, EQUAL, "three waits are too few to tell", without(5)),
    Row(BACK_OFF, CONSTANT, EQUAL, "half a minute overwhelms nobody", waiting(30, 30, 30, 30)),
    Row(BACK_OFF, CONSTANT, EQUAL, "the server told it so", meets(told(1.0))),
    Row(
        "Another key or model",
        CONSTANT,
        TIRELESS,
        "each attempt has another key",
        each(headers=lambda number: {"authorization": f"Bearer csk-{number}"}),
    ),
    Row(BACK_OFF, CONSTANT, TIRELESS, "nineteen retries are too few to tell", without(21)),
    Row(BACK_OFF, CONSTANT, TIRELESS, "they are long", waiting(*[2.3, 2.8, 2.0, 3.1, 2.5] * 4)),
    Row(
        BACK_OFF,
        CONSTANT,
        TIRELESS,
        "they grow bit by bit",
        waiting(*[1 + number / 20 for number in range(20)]),
    ),
    Row(BACK_OFF, CONSTANT, TIRELESS, "they are drawn", waiting(*[1.9, 0.1, 0.8, 1.3, 0.3] * 4)),
    Row(
        BACK_OFF,
        CONSTANT,
        TIRELESS,
        "the server told it all of them",
        meets(first(99, Error(problem="queue_exceeded", retry_after=0.5))),
    ),
    Row(
        BACK_OFF,
        CONSTANT,
        SHRINKING,
        "the first are not much longer than the others",
        waiting(*[4, 3, 0.3, 1], *[0.2, 0.1] * 10),
    ),
    # --------------------------------------------------------------------------- no-jitter
    Row(BACK_OFF, IN_STEP, CROWD, "four may be in step by chance", fewer),
    Row(BACK_OFF, IN_STEP, CROWD, "one waits longer at first", client(1, 1.2, 3.2)),
    Row(BACK_OFF, IN_STEP, CROWD, "one waits longer then", client(1, 1.0, 3.3)),
    Row(
        BACK_OFF,
        IN_STEP,
        CROWD,
        "the server told them so",
        meets(first(10, Error(problem="queue_exceeded", retry_after=0.9))),
    ),
    Row(BACK_OFF, IN_STEP, CROWD, "they have not failed together", one_after_the_other),
    # ---------------------------------------------------------------------- nested-retries
    Row("Users", NESTED, LAYERS, "who comes a minute later is a user", but(4, at=64)),
    Row("Users", NESTED, PATIENT, "so is who comes after twice the longest wait", but(3, at=151)),
    Row(BACK_OFF, NESTED, LAYERS, "one layer counts on", but(4, count=3)),
    Row(BACK_OFF, NESTED, LAYERS, "the inner layer does not retry", each(count=0)),
)
