"""
A 401 is tried three times, for it is an exception like any other.

``Runnable.with_retry`` of langchain-core 1.8.3 (runnables/retry.py) retries ``(Exception,)``
unless it is told otherwise.
"""

from __future__ import annotations

import openai
import tenacity

from tests.corpus.apps.chat import body
from tests.corpus.apps.sdks import openai as client
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/autohandai/code-cli/issues/436",
    scenario="wrong-key",
    rule="permanent-error-retried",
    package="langchain-core 1.8.3",
)
PASSING = (openai.APIConnectionError, openai.RateLimitError, openai.InternalServerError)


def ask(mock: Mock, on: tuple[type[Exception], ...]) -> object:
    retrying = tenacity.Retrying(
        wait=tenacity.wait_exponential_jitter(multiplier=0.2, jitter=0.1),
        stop=tenacity.stop_after_attempt(3),
        retry=tenacity.retry_if_exception_type(on),
        reraise=True,
    )
    return retrying(client(mock, max_retries=0).chat.completions.create, **body())


def guilty(mock: Mock) -> object:
    return ask(mock, (Exception,))


def fixed(mock: Mock) -> object:
    return ask(mock, PASSING)
