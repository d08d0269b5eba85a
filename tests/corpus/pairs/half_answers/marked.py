"""A bot posts what the limit of tokens has left; fixed, it ends in an ellipsis."""

from __future__ import annotations

from tests.corpus.apps.chat import body
from tests.corpus.apps.sdks import openai
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/huggingface/chat-ui/issues/2383",
    scenario="truncated-512",
    rule="half-answer",
    parameters={"tokens": 120},
)


def post(mock: Mock, *, look: bool) -> list[dict[str, str]]:
    create = openai(mock).chat.completions.create
    choice = create(**body(max_completion_tokens=None)).choices[0]
    text = choice.message.content or ""
    if look and choice.finish_reason == "length":
        text += "…"
    return [{"author": "bot", "text": text}]


def guilty(mock: Mock) -> object:
    return post(mock, look=False)


def fixed(mock: Mock) -> object:
    return post(mock, look=True)
