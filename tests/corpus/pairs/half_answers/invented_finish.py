"""
A gateway says ``stop`` of a stream that has not said anything of its end.

``CustomStreamWrapper`` of litellm 1.110.2 (litellm_core_utils/streaming_handler.py) does so.
"""

from __future__ import annotations

from typing import NamedTuple

from tests.corpus.apps.chat import body
from tests.corpus.apps.sdks import openai
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/BerriAI/litellm/issues/42085",
    scenario="silent-cut",
    rule="half-answer",
    package="litellm 1.110.2",
)


class Result(NamedTuple):
    """An answer of the gateway."""

    content: str
    finish_reason: str | None


def ask(mock: Mock, default: str | None) -> Result:
    text, finish = "", None
    for chunk in openai(mock).chat.completions.create(**body(stream=True)):
        for choice in chunk.choices:
            text += choice.delta.content or ""
            finish = choice.finish_reason or finish
    return Result(text, finish or default)


def guilty(mock: Mock) -> object:
    return ask(mock, "stop")


def fixed(mock: Mock) -> object:
    return ask(mock, None)
