"""A bot that leaves a refused message, and sends the next at once: each of them meets the limit."""

from __future__ import annotations

import time

from tests.corpus.apps.chat import post
from tests.corpus.apps.retrying import seconds
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/nminaya/grammar-nazi-bot/issues/954",
    scenario="retry-after-60",
    rule="announced-429",
)


def answers(mock: Mock, *, hold: bool) -> object:
    answered, resume = [], 0.0
    for number in range(4):
        if hold:
            time.sleep(max(0.0, resume - time.monotonic()))
        answer = post(mock, question=f"Is message {number} good English?")
        resume = time.monotonic() + (seconds(answer) or 0)
        answered.append(answer)
    return answered


def guilty(mock: Mock) -> object:
    return answers(mock, hold=False)


def fixed(mock: Mock) -> object:
    return answers(mock, hold=True)
