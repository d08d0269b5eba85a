"""A Retry-After of exactly two seconds is no reason to give up."""

from __future__ import annotations

import time

from cerebras.cloud.sdk import RateLimitError

from tests.corpus.apps.chat import body
from tests.corpus.apps.sdks import cerebras
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/continuedev/continue/issues/9800",
    scenario="two-seconds",
    rule="gave-up-at-once",
)


def guilty(mock: Mock) -> object:
    return cerebras(mock, max_retries=0).chat.completions.create(**body())


def fixed(mock: Mock) -> object:
    create = cerebras(mock, max_retries=0).chat.completions.create
    try:
        return create(**body())
    except RateLimitError as error:
        time.sleep(float(error.response.headers["retry-after"]))
    return create(**body())
