"""
An exponential of backoff on each 429, beside a Retry-After of a minute.

``on_exception`` of backoff 2.2.1 with ``expo`` knows nothing of the answer; ``runtime`` does.
"""

from __future__ import annotations

from collections.abc import Callable

import backoff
import openai

from tests.corpus.apps.chat import body
from tests.corpus.apps.sdks import openai as client
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/builderz-labs/marketing-dashboard/issues/11",
    scenario="retry-after-60",
    rule="retry-after-ignored",
    package="backoff 2.2.1",
)


def told(error: openai.RateLimitError) -> float:
    return float(error.response.headers["retry-after"])


def create(mock: Mock) -> Callable[..., object]:
    return client(mock, max_retries=0).chat.completions.create


def guilty(mock: Mock) -> object:
    again = backoff.on_exception(backoff.expo, openai.RateLimitError, max_tries=4, factor=0.3)
    return again(create(mock))(**body())


def fixed(mock: Mock) -> object:
    again = backoff.on_exception(
        backoff.runtime, openai.RateLimitError, max_tries=4, value=told, jitter=None
    )
    return again(create(mock))(**body())
