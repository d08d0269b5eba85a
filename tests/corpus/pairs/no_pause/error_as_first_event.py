"""An error as the first event of a 200 is shown as a lost connection, and tried again at once."""

from __future__ import annotations

import time

from tests.corpus.apps.chat import events, pieces
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/vercel/ai/issues/2698",
    scenario="rate-limit-in-stream",
    rule="hot-retry",
    parameters={"times": 3},
)


def text(mock: Mock) -> str | None:
    """Return what a stream says; None when it says that there is an error."""
    found = []
    for event in events(mock):
        if not event.keys() & {"choices", "done"}:
            return None
        found.append(pieces(event))
    return "".join(found)


def ask(mock: Mock, first: float) -> str | None:
    for attempt in range(4):
        found = text(mock)
        if found is not None:
            return found
        time.sleep(first * 2**attempt)
    return None


def guilty(mock: Mock) -> object:
    return ask(mock, first=0)


def fixed(mock: Mock) -> object:
    return ask(mock, first=0.3)
