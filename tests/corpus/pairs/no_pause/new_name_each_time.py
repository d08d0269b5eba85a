"""A background loop sends its question again on each tick, with another trace id in ``user``."""

from __future__ import annotations

import itertools
import time

from tests.corpus.apps.chat import post
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/bman654/clodex/issues/81",
    scenario="no-retry-after",
    rule="hot-retry",
)
TICKS = itertools.count(1)


def ask(mock: Mock, first: float, most: float) -> object:
    for attempt in range(12):
        answer = post(mock, user=f"trace-{next(TICKS)}")
        if answer.is_success:
            return answer
        time.sleep(min(first * 2**attempt, most))
    return None


def guilty(mock: Mock) -> object:
    return ask(mock, first=0, most=0)


def fixed(mock: Mock) -> object:
    return ask(mock, first=0.3, most=30)
