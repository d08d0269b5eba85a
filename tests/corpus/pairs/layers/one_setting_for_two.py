"""
One ``max_retries`` that is given to the decorator and to the client below it.

``OpenAI`` of llama-index-llms-openai 0.8.3 (base.py), on which llama-index-llms-cerebras 0.5.0 is
built, hands it to ``create_retry_decorator`` and, in ``_get_credential_kwargs``, to the SDK.
"""

from __future__ import annotations

import openai
import tenacity

from tests.corpus.apps.chat import body
from tests.corpus.apps.retrying import SECONDS
from tests.corpus.apps.sdks import openai as client
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/microsoft/openaivec/issues/186",
    scenario="burst-503",
    rule="nested-retries",
    package="llama-index-llms-openai 0.8.3",
    parameters={"at": [1, 2, 3, 4, 5]},
    without=SECONDS,
)


def ask(mock: Mock, decorator: int, sdk: int) -> object:
    create = client(mock, max_retries=sdk).chat.completions.create
    retrying = tenacity.Retrying(
        wait=tenacity.wait_exponential(multiplier=1, min=4, max=60),
        stop=tenacity.stop_after_attempt(decorator),
        retry=tenacity.retry_if_exception_type(openai.APIError),
        reraise=True,
    )
    return retrying(create, **body())


def guilty(mock: Mock) -> object:
    return ask(mock, decorator=3, sdk=3)


def fixed(mock: Mock) -> object:
    return ask(mock, decorator=6, sdk=0)
