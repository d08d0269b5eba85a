"""Equal items of a queue, and who certainly retries: rows on what is a retry at all."""

from __future__ import annotations

from mockserver.core.messages import Sender
from mockserver.faults import Cut, Error

from .row import ANOTHER_KEY, BUSY, LARGE, Play, Row, also, but, each, first, meets, said

NOW = 1_790_000_000.25  # when the stage begins
ITEMS = "Equal items"
VAIN, OVERFLOW = "permanent-error-retried", "overflow-repeated"
REFUSED = (first(9, Error(problem="wrong_api_key")),)
TOLD = (first(9, Error(problem="requests_per_minute", retry_after=2.0)),)
LONG, LONGER = said("word " * 9000), said("other " * 9500)
HAM, EGG = said("ham"), said("egg")


def asks(*items, pace=0.01, **keys):
    """Return the requests of an app that sends one item after the other."""
    return tuple({"at": pace * at, "messages": item, **keys} for at, item in enumerate(items))


SPAM = said("spam")
THREE = Play(asks(SPAM, SPAM, HAM), REFUSED)
GOES_ON = also({"at": 0.03, "messages": EGG})
FOUR = Play(asks(SPAM, SPAM, HAM, EGG), REFUSED)


def four(number, **keys):
    """Return a play of four requests, one of which has other keys."""
    return but(number, **keys)(FOUR)


def back(**keys):
    """Return the change that takes these keys off the third request again."""
    return but(3, **keys)


RETRYING = Play(
    (
        {"at": 0, "messages": SPAM},
        {"at": 1, "messages": SPAM},
        {"at": 1.01, "messages": HAM},
        {"at": 1.02, "messages": EGG},
    ),
    REFUSED,
)

ROWS = (
    # -------------------------------------------------- another item that fails is not retried
    Row(ITEMS, VAIN, THREE, "it goes on after another failure", GOES_ON),
    Row(
        ITEMS,
        VAIN,
        four(3, by="thread 2"),
        "the same thread retries nothing else",
        back(by="thread 1"),
    ),
    Row(
        ITEMS,
        VAIN,
        four(2, by=Sender("thread 2", NOW + 0.005)),
        "no thread was started to ask again",
        but(2, by="thread 1"),
    ),
    Row(
        ITEMS,
        VAIN,
        Play(asks(SPAM, SPAM, HAM, EGG, pace=0.06, by=None), REFUSED),
        "it is known to be the same thread",
        each(by="thread 1"),
    ),
    Row(
        ITEMS,
        VAIN,
        each(by=lambda number: Sender("thread 1", turn=(int(number > 2), 0)))(FOUR),
        "it is the same call of the app",
        each(by=Sender("thread 1", turn=(1, 0))),
    ),
    Row(ITEMS, VAIN, four(3, model=LARGE), "it is the same model", back(model="llama3.1-8b")),
    Row(
        ITEMS,
        VAIN,
        four(3, headers=ANOTHER_KEY),
        "it is the same key",
        lambda _: FOUR,
    ),
    Row(
        ITEMS,
        VAIN,
        Play(FOUR.asks, (first(2, *REFUSED[0].faults), first(1, Error(problem="edge_block")))),
        "it failed in the same way",
        meets(*REFUSED),
    ),
    Row(
        ITEMS,
        VAIN,
        Play(FOUR.asks, (first(2, *REFUSED[0].faults),)),
        "it failed at all",
        meets(*REFUSED),
    ),
    Row(
        ITEMS,
        VAIN,
        four(3, messages=SPAM, user="another"),
        "it is another item, and not the same in another form",
        back(messages=HAM),
    ),
    Row(
        ITEMS,
        VAIN,
        four(4, messages=HAM, user="another"),
        "the other item does not come back in another form",
        but(4, messages=EGG),
    ),
    Row(
        ITEMS,
        VAIN,
        four(3, left=True),
        "the client got the same answer",
        back(left=False),
    ),
    Row(
        ITEMS,
        VAIN,
        each(count=lambda number: int(number == 2))(FOUR),
        "its client counts none of them as a retry",
        each(count=0),
    ),
    Row(ITEMS, VAIN, RETRYING, "it paces all its requests", but(4, at=2.01)),
    # ------------------------------------------------------------------------- other rules
    Row(
        ITEMS,
        "hot-retry",
        Play(asks(SPAM, SPAM, SPAM, HAM), (first(9, BUSY),)),
        "it goes on after another failure",
        also({"at": 0.05, "messages": EGG}),
    ),
    Row(
        ITEMS,
        "hot-retry",
        Play(asks(SPAM, SPAM, SPAM, HAM, EGG, stream=True), (first(3, Cut(after_tokens=0)),)),
        "the other stream was lost, too",
        meets(first(9, Cut(after_tokens=0))),
    ),
    Row(
        ITEMS,
        "retry-after-ignored",
        Play(asks(SPAM, SPAM, HAM), TOLD),
        "it goes on after another failure",
        GOES_ON,
    ),
    Row(
        ITEMS,
        OVERFLOW,
        Play(asks(LONG, LONG, LONGER)),
        "it goes on after another failure",
        GOES_ON,
    ),
)
