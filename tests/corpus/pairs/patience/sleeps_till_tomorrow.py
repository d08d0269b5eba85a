"""The tokens of the day are used up, and the request sleeps for nine hours: a hang, to its user."""

from __future__ import annotations

from tests.corpus.apps.chat import post
from tests.corpus.apps.retrying import Response, insist, seconds
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/QwenLM/qwen-code/issues/670",
    scenario="daily-quota-gone",
    rule="slept-for-hours",
    without={"real": "it sleeps for hours, which are minutes even when they are scaled"},
)


def ask(mock: Mock, longest: float) -> Response:
    def pause(attempt: int, answer: Response) -> float | None:
        told = seconds(answer) or 1.0
        return told if told <= longest else None

    return insist(lambda: post(mock), pause, most=2)


def guilty(mock: Mock) -> object:
    return ask(mock, longest=float("inf")).status_code


def fixed(mock: Mock) -> object:
    return ask(mock, longest=120).status_code
