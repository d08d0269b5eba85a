"""A stream is read to its end for the screen, and asked for again whole, to have its JSON."""

from __future__ import annotations

from tests.corpus.apps.chat import body
from tests.corpus.apps.sdks import openai
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/anthropics/claude-code/issues/30193",
    scenario="healthy",
    rule="unread-answer",
)


def shown(mock: Mock) -> str:
    stream = openai(mock).chat.completions.create(**body(stream=True, temperature=0))
    return "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)


def guilty(mock: Mock) -> object:
    shown(mock)
    return openai(mock).chat.completions.create(**body(temperature=0)).choices[0].message.content


def fixed(mock: Mock) -> object:
    return shown(mock)
