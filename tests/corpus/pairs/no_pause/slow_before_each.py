"""A loop that needs an eighth of a second to write each prompt is a tight loop all the same."""

from __future__ import annotations

import time

from tests.corpus.apps.chat import post
from tests.corpus.apps.retrying import Response, insist
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/bman654/clodex/issues/81",
    scenario="burst-503",
    rule="hot-retry",
)
WORK = 0.12  # seconds of the processor


def ask(mock: Mock) -> Response:
    until = time.process_time() + WORK
    while time.process_time() < until:
        sum(range(1000))  # counts tokens, fills in templates
    return post(mock)


def guilty(mock: Mock) -> object:
    return insist(lambda: ask(mock), lambda attempt, answer: 0)


def fixed(mock: Mock) -> object:
    return insist(lambda: ask(mock), lambda attempt, answer: 0.3 * 2**attempt)
