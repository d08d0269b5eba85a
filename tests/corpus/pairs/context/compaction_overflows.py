"""The request that should make the history shorter is the history and a sentence more."""

from __future__ import annotations

import requests

from tests.corpus.apps.chat import body, completions, headers, said
from tests.corpus.apps.retrying import NOT_HTTPX
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/earendil-works/pi/issues/4940",
    scenario="context-8192",
    rule="overflow-repeated",
    without=NOT_HTTPX,
)
HISTORY = [said("word " * 2500) for _ in range(4)]
QUESTION = said("What follows from that?")
HINT = {"role": "system", "content": "The conversation is too long. Be as brief as you can."}


def ask(mock: Mock, messages: list[dict[str, str]]) -> requests.Response:
    asked = body(messages=messages)
    return requests.post(completions(mock), json=asked, headers=headers(mock), timeout=60)


def guilty(mock: Mock) -> object:
    messages = [*HISTORY, QUESTION]
    answer = ask(mock, messages)
    for _ in range(2):
        if answer.ok:
            break
        messages = [HINT, *messages]
        answer = ask(mock, messages)
    return answer


def fixed(mock: Mock) -> object:
    answer = ask(mock, [*HISTORY, QUESTION])
    if not answer.ok:
        answer = ask(mock, [HINT, *HISTORY[2:], QUESTION])
    return answer
