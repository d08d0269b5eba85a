"""The default model is gone, and each question asks for it four times."""

from __future__ import annotations

import requests

from tests.corpus.apps.chat import body, completions, headers
from tests.corpus.apps.retrying import NOT_HTTPX, Response, insist, passes
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/sepandhaghighi/mytext/issues/104",
    scenario="unknown-model",
    rule="permanent-error-retried",
    without=NOT_HTTPX,
)


def post(mock: Mock) -> requests.Response:
    return requests.post(completions(mock), json=body(), headers=headers(mock), timeout=60)


def guilty(mock: Mock) -> object:
    return insist(lambda: post(mock), lambda attempt, answer: 0.2 * 2**attempt)


def fixed(mock: Mock) -> object:
    def pause(attempt: int, answer: Response) -> float | None:
        return 0.2 * 2**attempt if passes(answer) else None

    return insist(lambda: post(mock), pause)
