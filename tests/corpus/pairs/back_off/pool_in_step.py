"""
Six workers whose waits double from the same beginning, and which so come back together.

``completion_with_retries`` of litellm 1.110.2 (litellm/main.py), asked for
``exponential_backoff_retry``, takes ``wait_exponential(multiplier=1, max=10)``: no
jitter. The waits here are twenty times as long, so that a busy machine does not blur them.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import tenacity

from tests.corpus.apps.chat import checked
from tests.corpus.apps.retrying import SECONDS
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/Astro-Han/pawwork/issues/1348",
    scenario="burst-503",
    rule="no-jitter",
    package="litellm 1.110.2",
    parameters={"at": list(range(1, 13))},
    without=SECONDS,
)


def ask(mock: Mock, wait: tenacity.wait.wait_base) -> object:
    def work(number: int) -> object:
        stop = tenacity.stop_after_attempt(4)
        retrying = tenacity.Retrying(wait=wait, stop=stop, reraise=True)
        return retrying(checked, mock, question=f"What is {number} squared?")

    with ThreadPoolExecutor(6) as pool:
        return list(pool.map(work, range(6)))


def guilty(mock: Mock) -> object:
    return ask(mock, tenacity.wait_exponential(multiplier=20, max=200))


def fixed(mock: Mock) -> object:
    return ask(mock, tenacity.wait_random_exponential(multiplier=20, min=1, max=200))
