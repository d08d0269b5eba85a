"""
Three attempts of a chain around three of the SDK: nine requests for one question.

``Runnable.with_retry`` of langchain-core 1.8.3 (runnables/retry.py) retries any exception three
times, with ``wait_exponential_jitter``; a ``ChatCerebras`` below leaves the SDK its own two.
"""

from __future__ import annotations

import tenacity

from tests.corpus.apps.chat import body
from tests.corpus.apps.sdks import openai
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/mpfaffenberger/code_puppy/pull/317",
    scenario="burst-503",
    rule="nested-retries",
    package="langchain-core 1.8.3",
    parameters={"at": [1, 2, 3, 4]},
)


def ask(mock: Mock, inner: int, outer: int) -> object:
    create = openai(mock, max_retries=inner).chat.completions.create
    wait = tenacity.wait_exponential_jitter(multiplier=0.3, jitter=0.2)
    stop = tenacity.stop_after_attempt(outer)
    return tenacity.Retrying(wait=wait, stop=stop, reraise=True)(create, **body())


def guilty(mock: Mock) -> object:
    return ask(mock, inner=2, outer=3)


def fixed(mock: Mock) -> object:
    return ask(mock, inner=0, outer=5)
