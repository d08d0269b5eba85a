"""An idle time-out that a model which thinks outlasts: the stream is left, and begun anew."""

from __future__ import annotations

import httpx

from tests.corpus.apps.chat import events, pieces
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/2389-research/tracker/issues/575",
    scenario="slow-answer",
    rule="unread-answer",
    without={"real": "its time-out is not scaled, and the first event comes before it"},
)


def ask(mock: Mock, idle: float) -> str | None:
    for _ in range(3):
        try:
            return "".join(map(pieces, events(mock, timeout=idle)))
        except httpx.ReadTimeout:
            continue
    return None


def guilty(mock: Mock) -> object:
    return ask(mock, idle=3)


def fixed(mock: Mock) -> object:
    return ask(mock, idle=60)
