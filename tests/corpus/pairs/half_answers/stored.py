"""A chat keeps each answer in a list, and sends all of it with the next question."""

from __future__ import annotations

from typing import Any

from tests.corpus.apps.chat import body, said
from tests.corpus.apps.sdks import cerebras
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/justrach/codegraff/issues/146",
    scenario="silent-cut",
    rule="half-answer",
    parameters={"after_tokens": 35},
)
QUESTIONS = ("Why is the sky blue?", "Und warum leuchtet der Abendhimmel rot?")


def chat(mock: Mock, *, look: bool) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = []
    for question in QUESTIONS:
        text, whole = "", not look
        asked = body(messages=[*kept, said(question)], stream=True)
        for chunk in cerebras(mock).chat.completions.create(**asked):
            text += chunk.choices[0].delta.content or ""
            if look and chunk.choices[0].finish_reason == "stop":
                whole = True
        if whole:
            kept += [said(question), said(text, "assistant")]
    return kept


def guilty(mock: Mock) -> object:
    return chat(mock, look=False)


def fixed(mock: Mock) -> object:
    return chat(mock, look=True)
