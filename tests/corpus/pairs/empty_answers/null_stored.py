"""An answer without content becomes an empty turn of the history; fixed, it is kept out."""

from __future__ import annotations

from typing import Any

from tests.corpus.apps.chat import body, said
from tests.corpus.apps.sdks import cerebras
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/NousResearch/hermes-agent/issues/99622",
    scenario="null-content",
    rule="half-answer",
)
QUESTIONS = ("Who was Ada Lovelace?", "What did Babbage build?")


def chat(mock: Mock, *, look: bool) -> None:
    history: list[dict[str, Any]] = []
    for question in QUESTIONS:
        history.append(said(question))
        create = cerebras(mock).chat.completions.create
        content = create(**body(messages=history)).choices[0].message.content
        if look and not content:
            history.pop()
        else:
            history.append(said(content or "", "assistant"))


def guilty(mock: Mock) -> object:
    return chat(mock, look=False)


def fixed(mock: Mock) -> object:
    return chat(mock, look=True)
