"""
A stream that just ends is stored as a whole answer.

``CustomStreamWrapper`` of litellm 1.110.2 (litellm_core_utils/streaming_handler.py) says ``stop``
where the stream has said nothing.
"""

from __future__ import annotations

from tests.corpus.apps.chat import body, said
from tests.corpus.apps.sdks import openai
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/BerriAI/litellm/issues/42085",
    scenario="silent-cut",
    rule="truncated-history",
    package="litellm 1.110.2",
)
FIRST, SECOND = said("Why is the sky blue?"), said("And why is the sunset red?")


def answer(mock: Mock, messages: list[dict[str, str]]) -> tuple[str, str | None]:
    """Return a text, and the ``finish_reason`` if there was any."""
    said_so_far, finish = "", None
    for chunk in openai(mock).chat.completions.create(**body(messages=messages, stream=True)):
        for choice in chunk.choices:
            said_so_far += choice.delta.content or ""
            finish = choice.finish_reason or finish
    return said_so_far, finish


def guilty(mock: Mock) -> object:
    text, finish = answer(mock, [FIRST])
    kept = [FIRST, said(text, "assistant")] if (finish or "stop") == "stop" else [FIRST]
    return answer(mock, [*kept, SECOND])


def fixed(mock: Mock) -> object:
    text, finish = answer(mock, [FIRST])
    kept = [FIRST, said(text, "assistant")] if finish == "stop" else []
    return answer(mock, [*kept, SECOND])
