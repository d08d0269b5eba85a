"""
``backoff.constant`` without jitter, and the exponential of the same library.

``constant`` of backoff 2.2.1 (_wait_gen.py) yields the same interval for ever.
"""

from __future__ import annotations

import backoff
import requests

from tests.corpus.apps.chat import body, completions, headers
from tests.corpus.apps.retrying import NOT_HTTPX, SECONDS
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/n8n-io/n8n/issues/18275",
    scenario="html-502",
    rule="constant-backoff",
    package="backoff 2.2.1",
    parameters={"times": 4},
    without={**NOT_HTTPX, **SECONDS},
)


def ask(mock: Mock) -> object:
    asked = requests.post(completions(mock), json=body(), headers=headers(mock), timeout=60)
    asked.raise_for_status()
    return asked.json()


def guilty(mock: Mock) -> object:
    settings = {"interval": 5, "jitter": None, "max_tries": 5}
    return backoff.on_exception(backoff.constant, requests.HTTPError, **settings)(ask)(mock)


def fixed(mock: Mock) -> object:
    settings = {"factor": 2, "jitter": backoff.random_jitter, "max_tries": 5}
    return backoff.on_exception(backoff.expo, requests.HTTPError, **settings)(ask)(mock)
