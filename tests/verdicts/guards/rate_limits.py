"""Limits of which nobody had told: rows for the rules on rate limits."""

from __future__ import annotations

from mockserver.api.model.script import Script
from mockserver.core.messages import Sender
from mockserver.faults import Error
from mockserver.scenario import Rule, Spent

from .row import (
    ANOTHER_KEY,
    BUSY,
    LARGE,
    LIMITED,
    SMALL,
    Play,
    Row,
    but,
    each,
    first,
    given,
    meets,
    said,
    without,
)

SIMILAR = "More than the per minute limit of the queue."
ANNOUNCED, RESERVED = "announced-429 (advice)", "excessive-reservation (advice)"
UNANNOUNCED, OTHERS = "Unannounced limits", "Other clients with the same request"
KEYS = "Another key or model"
NONE_LEFT = Play(
    ({"at": 0}, {"at": 1, "messages": said("And now?")}),
    scenario={"tier": "free", "spent": Spent(requests=29)},
)
TO_WAIT = Play(
    ({"at": 0}, {"at": 5, "messages": said("And now?")}),
    (first(9, Error(problem="requests_per_minute", retry_after=9.0)),),
)
# the second was refused while the first was at it; nobody has told before
ROOM = Script(text="one two three")
MUCH = Play(
    ({"at": 0, "model": LARGE}, {"at": 12, "model": LARGE}),
    (Rule(reply=ROOM),),
    {"tier": "free", "spent": Spent(tokens=30_000)},
)
BESIDE = Play(
    (
        {"at": 0, "model": LARGE, "max_completion_tokens": 34_900, "takes": None},
        {"at": 0.01, "model": LARGE, "max_completion_tokens": 1000, "by": "thread 2"},
        {"at": 30, "model": LARGE, "max_completion_tokens": 1000, "by": "thread 2"},
    ),
    (Rule(reply=ROOM),),
    {"tier": "free", "spent": Spent(tokens=25_000)},
)
OF_ANOTHER = {"at": 2.0, "messages": said("Another's"), "by": "thread 2"}


def empty(of="tokens-minute", **fields):
    """Return rules by which an answer tells that a limit is used up, and the next is refused."""
    headers = {f"x-ratelimit-{name}-{of}": str(said) for name, said in fields.items()}
    headers[f"x-ratelimit-remaining-{of}"] = "0"
    told = first(1, Error(problem="service_unavailable", headers=headers))
    return told, first(1, Error(problem="tokens_per_minute", retry_after=None))


def told_to_be_empty(**fields):
    return Play(({"at": 0}, {"at": 5, "messages": said("And now?")}), empty(**fields))


def told(**fields):
    return meets(*empty(**fields))


ROWS = (
    # ----------------------------------------------------------------------- announced-429
    Row(UNANNOUNCED, ANNOUNCED, NONE_LEFT, "something was left", given(spent=Spent(requests=28))),
    Row(UNANNOUNCED, ANNOUNCED, NONE_LEFT, "it waited until something was back", but(2, at=2.01)),
    Row(UNANNOUNCED, ANNOUNCED, TO_WAIT, "it waited as told", but(2, at=8.6)),
    Row(UNANNOUNCED, ANNOUNCED, TO_WAIT, "it was told nothing", meets(first(9, LIMITED))),
    Row(
        UNANNOUNCED,
        ANNOUNCED,
        TO_WAIT,
        "Retry-After was of no limit",
        meets(
            first(1, Error(problem="queue_exceeded", message=SIMILAR, retry_after=9.0)),
            first(1, LIMITED),
        ),
    ),
    Row(
        UNANNOUNCED,
        ANNOUNCED,
        TO_WAIT,
        "it ran into no limit",
        meets(first(1, Error(problem="requests_per_minute", retry_after=9.0)), first(1, BUSY)),
    ),
    Row("Leaving", ANNOUNCED, TO_WAIT, "the client had left before it was told", but(1, left=True)),
    Row(KEYS, ANNOUNCED, TO_WAIT, "it has another key", but(2, headers=ANOTHER_KEY)),
    Row(KEYS, ANNOUNCED, TO_WAIT, "it asks another model", but(2, model=LARGE)),
    Row(OTHERS, ANNOUNCED, TO_WAIT, "another thread was told", but(2, by="thread 2")),
    Row(OTHERS, ANNOUNCED, TO_WAIT, "a later task was not", but(2, by=Sender("task 9", 1e12))),
    Row(OTHERS, ANNOUNCED, TO_WAIT, "it could not know yet", but(1, takes=5.5)),
    Row(
        OTHERS,
        ANNOUNCED,
        Play(tuple({**ask, "by": None} for ask in TO_WAIT.asks), TO_WAIT.rules),
        "another process has not read the answer yet",
        but(2, at=0.02),
    ),
    Row(UNANNOUNCED, ANNOUNCED, told_to_be_empty(reset=9), "it is reset soon", told(reset=1)),
    Row(
        UNANNOUNCED, ANNOUNCED, told_to_be_empty(limit=60), "as much is back soon", told(limit=6000)
    ),
    Row(
        UNANNOUNCED,
        ANNOUNCED,
        told_to_be_empty(),
        "of a large limit more is back",
        told(limit=6000),
    ),
    Row(
        UNANNOUNCED,
        ANNOUNCED,
        told_to_be_empty(limit=60),
        "another limit was told to be used up",
        told(limit=60, of="tokens-hour"),
    ),
    Row(
        UNANNOUNCED,
        ANNOUNCED,
        Play(
            (*NONE_LEFT.asks[:1], {**NONE_LEFT.asks[1], "at": 1.8}, OF_ANOTHER),
            scenario=NONE_LEFT.scenario,
        ),
        "others took what was back",
        but(2, at=2.1),
    ),
    # --------------------------------------------------------------- excessive-reservation
    Row("Leaving", RESERVED, MUCH, "the client had left before the refusal", each(left=True)),
    Row(UNANNOUNCED, RESERVED, MUCH, "it asks for what it needs", each(max_completion_tokens=5)),
    Row(
        UNANNOUNCED, RESERVED, MUCH, "the tokens are really gone", given(spent=Spent(tokens=60_000))
    ),
    Row(UNANNOUNCED, RESERVED, MUCH, "nobody knows what it needs", without(2)),
    Row(
        UNANNOUNCED,
        RESERVED,
        MUCH,
        "it is the requests that are gone",
        given(spent=Spent(requests=30)),
    ),
    Row(
        UNANNOUNCED,
        RESERVED,
        MUCH,
        "another model's answer is no measure",
        but(2, model=SMALL),
    ),
    Row(
        UNANNOUNCED,
        RESERVED,
        but(1, takes=9)(BESIDE),
        "it is the requests that are gone, whatever runs beside it",
        given(spent=Spent(tokens=25_000, requests=29)),
    ),
    Row(OTHERS, RESERVED, BESIDE, "the other one was over", but(1, takes=0.0)),
)
