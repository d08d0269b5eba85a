"""A long answer ends at the limit; fixed, the model is asked to go on, and the parts are joined."""

from __future__ import annotations

from typing import Any

from tests.corpus.apps.chat import body, said
from tests.corpus.apps.sdks import openai
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/NousResearch/hermes-agent/issues/99622",
    scenario="cut-once",
    rule="half-answer",
)
MORE = said("Schreib bitte genau dort weiter, wo du aufgehört hast.")


def ask(mock: Mock, rounds: int) -> str:
    messages: list[dict[str, Any]] = [said("Write a guide to compilers.")]
    text = ""
    for _ in range(rounds):
        asked = body(messages=messages, max_completion_tokens=None)
        choice = openai(mock).chat.completions.create(**asked).choices[0]
        text += choice.message.content or ""
        if rounds == 1 or choice.finish_reason != "length":
            break
        messages += [said(choice.message.content or "", "assistant"), MORE]
    return text


def guilty(mock: Mock) -> object:
    return ask(mock, rounds=1)


def fixed(mock: Mock) -> object:
    return ask(mock, rounds=4)
