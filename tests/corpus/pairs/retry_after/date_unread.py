"""A client of requests that reads Retry-After as a number, and a date as nothing."""

from __future__ import annotations

import requests

from tests.corpus.apps.chat import body, completions, headers
from tests.corpus.apps.retrying import NOT_HTTPX, Response, insist, seconds, seconds_or_date
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/mindcraft-bots/mindcraft/issues/188",
    scenario="retry-after-date",
    rule="retry-after-ignored",
    without={**NOT_HTTPX, "real": "a date has whole seconds, which leave nothing to scale"},
)


def post(mock: Mock) -> requests.Response:
    url = completions(mock)
    return requests.post(url, json=body(), headers=headers(mock), timeout=60)


def guilty(mock: Mock) -> object:
    def pause(attempt: int, answer: Response) -> float:
        return seconds(answer) or 0.5 * 2**attempt

    return insist(lambda: post(mock), pause)


def fixed(mock: Mock) -> object:
    def pause(attempt: int, answer: Response) -> float:
        return seconds_or_date(answer) or 0.5 * 2**attempt

    return insist(lambda: post(mock), pause)
