"""
The wait that tutorials for structured output show: ``Retrying(wait=wait_fixed(...))``.

``patch`` of instructor 1.17.0 (v2/core/retry.py) takes such a ``Retrying`` as ``max_retries``, and
its own has no wait, and is for answers that can't be parsed only.
"""

from __future__ import annotations

import tenacity

from tests.corpus.apps.chat import body
from tests.corpus.apps.retrying import SECONDS
from tests.corpus.apps.sdks import openai
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/cline/cline/issues/440",
    scenario="burst-503",
    rule="constant-backoff",
    package="instructor 1.17.0",
    parameters={"at": [1, 2, 3, 4]},
    without=SECONDS,
)


def ask(mock: Mock, wait: tenacity.wait.wait_base) -> object:
    create = openai(mock, max_retries=0).chat.completions.create
    stop = tenacity.stop_after_attempt(5)
    return tenacity.Retrying(wait=wait, stop=stop, reraise=True)(create, **body())


def guilty(mock: Mock) -> object:
    return ask(mock, tenacity.wait_fixed(5))


def fixed(mock: Mock) -> object:
    return ask(mock, tenacity.wait_exponential_jitter(multiplier=1, jitter=1))
