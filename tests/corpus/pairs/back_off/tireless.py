"""A poller that knocks three times a second until the queue lets it in."""

from __future__ import annotations

from random import Random

from tests.corpus.apps.chat import post
from tests.corpus.apps.retrying import SECONDS, Response, insist
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/LondonTipton/ai-chatbot",
    scenario="queue-surge",
    rule="constant-backoff",
    parameters={"times": 24, "share": 0},
    without=SECONDS,
)


def guilty(mock: Mock) -> object:
    random = Random(1)
    return insist(lambda: post(mock), lambda attempt, _: random.uniform(0.3, 0.4), most=25)


def fixed(mock: Mock) -> object:
    random = Random(1)

    def pause(attempt: int, answer: Response) -> float:
        return min(0.3 * 2**attempt, 30) * random.uniform(0.75, 1)

    return insist(lambda: post(mock), pause, most=25)
