"""A stream whose first event is an error ends the turn, since it began with a 200."""

from __future__ import annotations

import time

import openai

from tests.corpus.apps.chat import body
from tests.corpus.apps.sdks import openai as client
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/BerriAI/litellm/issues/22296",
    scenario="rate-limit-in-stream",
    rule="gave-up-at-once",
)


def text(mock: Mock) -> str:
    stream = client(mock).chat.completions.create(**body(stream=True))
    return "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)


def guilty(mock: Mock) -> object:
    return text(mock)


def fixed(mock: Mock) -> object:
    for attempt in range(3):
        try:
            return text(mock)
        except openai.APIError:
            time.sleep(0.4 * 2**attempt)
    return None
