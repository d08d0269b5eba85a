"""
Stamina retries by the class of the exception, and so never sees what the answer has told.

``retry_context`` of stamina 26.1.0 (_core.py) waits ``wait_initial`` and more unless ``on`` is a
hook that returns the seconds itself.
"""

from __future__ import annotations

import httpx
import stamina

from tests.corpus.apps.chat import checked, retry_after
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/QwenLM/qwen-code/issues/670",
    scenario="retry-after-60",
    rule="retry-after-ignored",
    package="stamina 26.1.0",
)
SOON = {"wait_initial": 0.2, "wait_jitter": 0.1}


def told(error: Exception) -> bool | float:
    """Return the seconds that the answer has told, or whether to try again at all."""
    if not isinstance(error, httpx.HTTPStatusError):
        return isinstance(error, httpx.HTTPError)
    return retry_after(error.response.headers) or error.response.status_code >= 500


def guilty(mock: Mock) -> object:
    for attempt in stamina.retry_context(on=httpx.HTTPStatusError, attempts=3, **SOON):
        with attempt:
            return checked(mock)
    return None


def fixed(mock: Mock) -> object:
    for attempt in stamina.retry_context(on=told, attempts=3, timeout=None):
        with attempt:
            return checked(mock)
    return None
