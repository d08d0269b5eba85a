"""
A retry strategy called constant, which waits nothing at all.

``completion_with_retries`` of litellm 1.110.2 (litellm/main.py) builds its retries without a wait
unless ``retry_strategy`` is ``exponential_backoff_retry``, and switches those of the SDK off.
"""

from __future__ import annotations

import tenacity

from tests.corpus.apps.chat import body
from tests.corpus.apps.sdks import openai
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/Astro-Han/pawwork/issues/1348",
    scenario="burst-503",
    rule="hot-retry",
    package="litellm 1.110.2",
)


def ask(mock: Mock, retrying: tenacity.Retrying) -> object:
    create = openai(mock, max_retries=0).chat.completions.create
    return retrying(create, **body())


def guilty(mock: Mock) -> object:
    return ask(mock, tenacity.Retrying(stop=tenacity.stop_after_attempt(4), reraise=True))


def fixed(mock: Mock) -> object:
    wait = tenacity.wait_exponential_jitter(multiplier=0.3, jitter=0.2)
    return ask(
        mock, tenacity.Retrying(stop=tenacity.stop_after_attempt(4), wait=wait, reraise=True)
    )
