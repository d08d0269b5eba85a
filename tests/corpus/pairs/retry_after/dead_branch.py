"""A back-off of 2, 4 and 8 parts of a second, whose branch for Retry-After nothing reaches."""

from __future__ import annotations

from tests.corpus.apps.chat import post
from tests.corpus.apps.retrying import Response, insist, seconds
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/Astro-Han/pawwork/issues/1348",
    scenario="retry-after-60",
    rule="retry-after-ignored",
)


def guilty(mock: Mock) -> object:
    def pause(attempt: int, answer: Response) -> float:
        return 0.2 * 2**attempt

    return insist(lambda: post(mock), pause)


def fixed(mock: Mock) -> object:
    def pause(attempt: int, answer: Response) -> float:
        return seconds(answer) or 0.2 * 2**attempt

    return insist(lambda: post(mock), pause)
