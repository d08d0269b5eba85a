"""A worker that waits three seconds each time that its connection is lost, however often."""

from __future__ import annotations

import time

from cerebras.cloud.sdk import APIConnectionError

from tests.corpus.apps.chat import body
from tests.corpus.apps.sdks import cerebras
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/cline/cline/issues/12096",
    scenario="lost-before-answer",
    rule="constant-backoff",
    parameters={"times": 5},
    without={"real": "its pauses are short and not scaled: on a busy machine they differ"},
)


def ask(mock: Mock, growth: float) -> object:
    create = cerebras(mock, max_retries=0).chat.completions.create
    for attempt in range(6):
        try:
            return create(**body())
        except APIConnectionError:
            time.sleep(3 * growth**attempt)
    return None


def guilty(mock: Mock) -> object:
    return ask(mock, growth=1)


def fixed(mock: Mock) -> object:
    return ask(mock, growth=1.6)
