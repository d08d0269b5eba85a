"""
An agent asks again until a call of its tool comes whole; fixed, it gives up after three rounds.

The call is cut at the same place each time, so that there is no last round.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count

from tests.corpus.apps.agent import TOOL
from tests.corpus.apps.chat import checked
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/livekit/agents/issues/1154",
    scenario="tool-arguments-cut",
    rule="endless-requests",
)


def ask_on(mock: Mock, rounds: Iterable[int]) -> object:
    for number in rounds:
        answer = checked(mock, question=f"Round {number}: the weather?", tools=[TOOL])
        if answer["choices"][0]["finish_reason"] != "length":
            return answer
    raise RuntimeError("the calls come cut")


def guilty(mock: Mock) -> object:
    return ask_on(mock, count())


def fixed(mock: Mock) -> object:
    return ask_on(mock, range(3))
