"""A stream breaks with an exception, which is swallowed: what had come is the answer."""

from __future__ import annotations

import contextlib

from openai import APIError

from tests.corpus.apps.chat import body
from tests.corpus.apps.sdks import openai
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/anomalyco/opencode/issues/18150",
    scenario="mid-stream-500",
    rule="half-answer",
)


def guilty(mock: Mock) -> object:
    pieces = []
    with contextlib.suppress(APIError):
        for chunk in openai(mock).chat.completions.create(**body(stream=True)):
            pieces += [choice.delta.content or "" for choice in chunk.choices]
    return "".join(pieces)


def fixed(mock: Mock) -> object:
    pieces = []
    for chunk in openai(mock).chat.completions.create(**body(stream=True)):
        pieces += [choice.delta.content or "" for choice in chunk.choices]
    return "".join(pieces)
