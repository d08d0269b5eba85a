"""A chat that never looks at ``finish_reason``; fixed, it marks what was cut."""

from __future__ import annotations

from tests.corpus.apps.chat import body, said
from tests.corpus.apps.sdks import cerebras
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/huggingface/chat-ui/issues/2383",
    scenario="truncated-512",
    rule="half-answer",
)
FIRST, SECOND = said("How does a compiler work?"), said("And what does a linker do?")
MARK = "\n\n[The answer was cut off here by the limit of tokens.]"


def chat(mock: Mock, mark: str) -> object:
    create = cerebras(mock).chat.completions.create
    choice = create(**body(messages=[FIRST], max_completion_tokens=2000)).choices[0]
    text = choice.message.content or ""
    if mark and choice.finish_reason == "length":
        text += mark
    history = [FIRST, said(text, "assistant"), SECOND]
    return create(**body(messages=history, max_completion_tokens=2000))


def guilty(mock: Mock) -> object:
    return chat(mock, mark="")


def fixed(mock: Mock) -> object:
    return chat(mock, mark=MARK)
