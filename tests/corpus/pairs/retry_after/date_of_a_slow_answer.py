"""A refusal takes two seconds itself: its date is 28 s away then, and half of that is early."""

from __future__ import annotations

from tests.corpus.apps.chat import post
from tests.corpus.apps.retrying import Response, insist, seconds_or_date
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3",
    scenario="late-date",
    rule="retry-after-ignored",
    without={"real": "a date has whole seconds, which leave nothing to scale"},
)


def guilty(mock: Mock) -> object:
    def pause(attempt: int, answer: Response) -> float:
        return (seconds_or_date(answer) or 0) / 2

    return insist(lambda: post(mock), pause)


def fixed(mock: Mock) -> object:
    def pause(attempt: int, answer: Response) -> float:
        return seconds_or_date(answer) or 0

    return insist(lambda: post(mock), pause)
