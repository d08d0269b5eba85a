"""A client library has a field for it, and always says that an answer is complete."""

from __future__ import annotations

from dataclasses import dataclass

from tests.corpus.apps.chat import body
from tests.corpus.apps.sdks import cerebras
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/NousResearch/hermes-agent/issues/67923",
    scenario="silent-cut",
    rule="half-answer",
    parameters={"after_tokens": 25},
)


@dataclass
class Answer:
    """What the library hands out."""

    text: str
    complete: bool


def ask(mock: Mock, *, look: bool) -> Answer:
    text, complete = "", not look
    for chunk in cerebras(mock).chat.completions.create(**body(stream=True)):
        text += chunk.choices[0].delta.content or ""
        if look and chunk.choices[0].finish_reason == "stop":
            complete = True
    return Answer(text, complete)


def guilty(mock: Mock) -> object:
    return ask(mock, look=False)


def fixed(mock: Mock) -> object:
    return ask(mock, look=True)
