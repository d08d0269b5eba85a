"""
Full jitter may draw next to nothing twice, and still is a back-off.

``full_jitter`` of backoff 2.2.1 (_jitter.py) draws from zero to the whole of the wait. With this
seed the first two draws are 0.06 and 0.07 s.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import repeat
from random import Random

from tests.corpus.apps.chat import post
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/",
    scenario="burst-503",
    rule="hot-retry",
    package="backoff 2.2.1",
)
SEED = 6751


def full_jitter() -> Iterator[float]:
    random = Random(SEED)
    for attempt in range(4):
        yield random.uniform(0, 0.8 * 2**attempt)


def ask(mock: Mock, waits: Iterator[float]) -> object:
    answer = post(mock)
    for wait in waits:
        if answer.is_success:
            break
        time.sleep(wait)
        answer = post(mock)
    return answer


def guilty(mock: Mock) -> object:
    return ask(mock, repeat(0.0, 4))


def fixed(mock: Mock) -> object:
    return ask(mock, full_jitter())
