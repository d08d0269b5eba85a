"""A terminal prints an answer that the limit of tokens has cut; fixed, it says so in German."""

from __future__ import annotations

from tests.corpus.apps.chat import body
from tests.corpus.apps.sdks import cerebras
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/huggingface/chat-ui/issues/2383",
    scenario="truncated-512",
    rule="half-answer",
)


def show(mock: Mock, *, look: bool) -> None:
    create = cerebras(mock).chat.completions.create
    choice = create(**body(max_completion_tokens=None)).choices[0]
    ending = ""
    if look and choice.finish_reason == "length":
        ending = " (Die Antwort bricht hier ab.)"
    print(f"Bot: {choice.message.content}{ending}")


def guilty(mock: Mock) -> object:
    return show(mock, look=False)


def fixed(mock: Mock) -> object:
    return show(mock, look=True)
