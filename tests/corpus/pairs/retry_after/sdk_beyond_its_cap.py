"""
The SDK is told to wait 90 s, and comes back after half a second.

``_calculate_retry_timeout`` of cerebras-cloud-sdk 1.91.0 (_base_client.py) heeds a Retry-After of
at most 60 s, and takes its own short back-off for any longer one.
"""

from __future__ import annotations

import time

from cerebras.cloud.sdk import RateLimitError

from tests.corpus.apps.chat import body
from tests.corpus.apps.sdks import cerebras
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/nminaya/grammar-nazi-bot/issues/954",
    scenario="retry-after-60",
    rule="retry-after-ignored",
    package="cerebras-cloud-sdk 1.91.0",
    parameters={"wait": "90s"},
    without={"real": "the 60 s of the SDK are not scaled, so it heeds what is"},
)


def guilty(mock: Mock) -> object:
    return cerebras(mock).chat.completions.create(**body())


def fixed(mock: Mock) -> object:
    create = cerebras(mock, max_retries=0).chat.completions.create
    try:
        return create(**body())
    except RateLimitError as error:
        time.sleep(float(error.response.headers["retry-after"]))
    return create(**body())
