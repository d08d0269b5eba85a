"""
A Retry-After with a fraction is read by ``int``, fails, and is no Retry-After any more.

``wait_retry_after`` of pydantic-ai-slim 2.31.1 (retries.py) does so: whole seconds, then a date,
then its fallback, an exponential back-off.
"""

from __future__ import annotations

from tests.corpus.apps.chat import post
from tests.corpus.apps.retrying import Response, insist, seconds
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/OpenHands/OpenHands/issues/4167",
    scenario="fractional-retry-after",
    rule="retry-after-ignored",
    package="pydantic-ai-slim 2.31.1",
)


def back_off(attempt: int) -> float:
    return min(0.15 * 2**attempt, 60)


def guilty(mock: Mock) -> object:
    def pause(attempt: int, answer: Response) -> float:
        try:
            return int(answer.headers["retry-after"])
        except (KeyError, ValueError):
            return back_off(attempt)

    return insist(lambda: post(mock), pause)


def fixed(mock: Mock) -> object:
    def pause(attempt: int, answer: Response) -> float:
        return seconds(answer) or back_off(attempt)

    return insist(lambda: post(mock), pause)
