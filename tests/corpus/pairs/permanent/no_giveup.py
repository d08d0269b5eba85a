"""
A bot asks on, though the bill has to be paid first.

``on_exception`` of backoff 2.2.1 has ``giveup`` for what no retry mends; by default it gives up
nothing.
"""

from __future__ import annotations

import backoff
import httpx

from tests.corpus.apps.chat import checked
from tests.corpus.apps.retrying import passes
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/nminaya/grammar-nazi-bot/issues/967",
    scenario="billing-stop",
    rule="permanent-error-retried",
    package="backoff 2.2.1",
    parameters={"after": 0},
)


def hopeless(error: Exception) -> bool:
    return isinstance(error, httpx.HTTPStatusError) and not passes(error.response)


def guilty(mock: Mock) -> object:
    again = backoff.on_exception(backoff.expo, httpx.HTTPError, max_tries=3, factor=0.2)
    return again(checked)(mock)


def fixed(mock: Mock) -> object:
    again = backoff.on_exception(
        backoff.expo, httpx.HTTPError, max_tries=3, factor=0.2, giveup=hopeless
    )
    return again(checked)(mock)
