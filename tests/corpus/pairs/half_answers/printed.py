"""A terminal prints the pieces as they come, and then a new line, as if that were all."""

from __future__ import annotations

from tests.corpus.apps.chat import body
from tests.corpus.apps.sdks import openai
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/aebrer/dreb/issues/230",
    scenario="silent-cut",
    rule="half-answer",
)


def show(mock: Mock, *, look: bool) -> None:
    finish = None
    for chunk in openai(mock).chat.completions.create(**body(stream=True)):
        print(chunk.choices[0].delta.content or "", end="", flush=True)
        if look:
            finish = chunk.choices[0].finish_reason or finish
    print(" [connection lost]" if look and finish is None else "")


def guilty(mock: Mock) -> object:
    return show(mock, look=False)


def fixed(mock: Mock) -> object:
    return show(mock, look=True)
