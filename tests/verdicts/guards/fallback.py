"""When there is nothing to fall back to, or somebody did: rows for ``no-fallback``."""

from __future__ import annotations

from mockserver.faults import Error
from mockserver.scenario import Match, Rule, Schedule

from .row import LARGE, SMALL, Play, Row, also, but, each, given, loop, meets, said

ALONE = "no-fallback (advice)"
MODELS, NOWHERE = "Another key or model", "Nothing to fall back to"
BUSY = Error(problem="service_unavailable")


def of_one(*faults, **schedule):
    return Rule(match=Match(model=SMALL), schedule=Schedule(**schedule), faults=faults)


DOWN = Play(loop(1, 2), (of_one(BUSY),))
GONE = Play(({"at": 0},), (of_one(Error(problem="model_archived")),))
TOLD = Play(({"at": 0},), (of_one(Error(problem="requests_per_minute", retry_after=60.0)),))

ROWS = (
    Row(NOWHERE, ALONE, DOWN, "all models are down", meets(Rule(faults=(BUSY,)))),
    Row(
        NOWHERE,
        ALONE,
        DOWN,
        "a rule may break the others, too",
        meets(of_one(BUSY), Rule(schedule=Schedule(after=9), faults=(BUSY,))),
    ),
    Row(NOWHERE, ALONE, DOWN, "the service has limits of its own", given(capacity=9)),
    Row(NOWHERE, ALONE, DOWN, "the tier has limits", given(tier="free")),
    Row(
        NOWHERE,
        ALONE,
        DOWN,
        "no other model takes such a request",
        each(messages=said("word " * 200_000)),
    ),
    Row(NOWHERE, ALONE, DOWN, "it was answered at last", meets(of_one(BUSY, first=2))),
    Row(
        NOWHERE,
        ALONE,
        DOWN,
        "one attempt failed for its request",
        meets(of_one(BUSY, first=2), of_one(Error(problem="wrong_api_format"))),
    ),
    Row(NOWHERE, ALONE, DOWN, "the client has left the last attempt", but(3, left=True)),
    Row("Leaving", ALONE, DOWN, "the client had left an earlier attempt", but(2, left=True)),
    Row(NOWHERE, ALONE, DOWN, "it is no completion", each(endpoint="models", method="GET")),
    Row(MODELS, ALONE, DOWN, "another model was asked", also({"at": 9, "model": LARGE})),
    Row(
        MODELS,
        ALONE,
        DOWN,
        "it is the last of a chain of models",
        also({"at": -5, "model": LARGE}),
    ),
    Row(
        MODELS,
        ALONE,
        DOWN,
        "the app asks another model from then on",
        also({"at": 9, "model": LARGE, "messages": said("And now?")}),
    ),
    Row(
        MODELS,
        ALONE,
        DOWN,
        "the same was answered in another form",
        lambda play: meets(of_one(BUSY, first=3))(also({"at": 9, "stream": True})(play)),
    ),
    Row(
        MODELS,
        ALONE,
        TOLD,
        "it has given up at once, which is said already",
        meets(of_one(Error(problem="requests_per_minute", retry_after=1.0))),
    ),
    Row(
        NOWHERE,
        ALONE,
        GONE,
        "it is refused for its key",
        meets(of_one(Error(problem="wrong_api_key"))),
    ),
    Row(NOWHERE, ALONE, GONE, "no model ever had that name", each(model="llama-of-mine")),
)
