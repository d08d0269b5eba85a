"""A loop in the background sends on each tick what is larger than the whole limit."""

from __future__ import annotations

import re
import time

from tests.corpus.apps.chat import post
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/tinyhumansai/openhuman/issues/4404",
    scenario="never-fits",
    rule="permanent-error-retried",
)
TOO_LARGE = re.compile(r"limit (\d+) tokens per minute, requested (\d+)")


def guilty(mock: Mock) -> object:
    for attempt in range(5):
        answer = post(mock)
        if answer.is_success:
            return answer
        time.sleep(0.15 * 2**attempt)
    return None


def fixed(mock: Mock) -> object:
    for attempt in range(5):
        answer = post(mock)
        if answer.is_success or _never_fits(answer.json()["message"]):
            return answer
        time.sleep(0.15 * 2**attempt)
    return None


def _never_fits(message: str) -> bool:
    found = TOO_LARGE.search(message)
    return bool(found) and int(found[1]) < int(found[2])
