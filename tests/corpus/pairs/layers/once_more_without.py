"""
The client fails after three attempts, and another layer adds its own.

``litellm_completion`` of dspy 3.4.1 (clients/lm.py) asks litellm for ``num_retries``; the first
call of litellm 1.110.2 leaves the SDK its own two retries, and the wrapper (litellm/utils.py)
begins again when these have failed.
"""

from __future__ import annotations

import openai
import tenacity

from tests.corpus.apps.chat import body
from tests.corpus.apps.sdks import openai as client
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/elizaOS/eliza/issues/8839",
    scenario="queue-surge",
    rule="nested-retries",
    package="dspy 3.4.1",
    parameters={"times": 4, "share": 0},
)


def again(mock: Mock, attempts: int) -> object:
    create = client(mock, max_retries=0).chat.completions.create
    wait = tenacity.wait_exponential_jitter(multiplier=0.3, max=10, jitter=0.1)
    stop = tenacity.stop_after_attempt(attempts)
    return tenacity.Retrying(wait=wait, stop=stop, reraise=True)(create, **body())


def guilty(mock: Mock) -> object:
    try:
        return client(mock).chat.completions.create(**body())
    except openai.APIError:
        return again(mock, attempts=3)


def fixed(mock: Mock) -> object:
    return again(mock, attempts=5)
