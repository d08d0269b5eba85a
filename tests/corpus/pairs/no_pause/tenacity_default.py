"""
Four attempts in a row, since the decorator was given a number of attempts and no wait.

``Retrying`` of tenacity 9.2.1 waits ``wait_none()`` by default.
"""

from __future__ import annotations

from typing import Any

import tenacity

from tests.corpus.apps.chat import body
from tests.corpus.apps.sdks import cerebras
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/togethercomputer/together-cookbook/issues/57",
    scenario="burst-503",
    rule="hot-retry",
    package="tenacity 9.2.1",
)


def ask(mock: Mock, **settings: Any) -> object:
    create = cerebras(mock, max_retries=0).chat.completions.create
    stop = tenacity.stop_after_attempt(4)
    return tenacity.retry(stop=stop, **settings)(create)(**body())


def guilty(mock: Mock) -> object:
    return ask(mock)


def fixed(mock: Mock) -> object:
    wait = tenacity.wait_exponential_jitter(multiplier=0.3, jitter=0.2)
    return ask(mock, wait=wait)
