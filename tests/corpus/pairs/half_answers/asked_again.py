"""A stream that ends early is handed on; fixed, it is asked for once more, as a whole."""

from __future__ import annotations

from tests.corpus.apps.chat import body
from tests.corpus.apps.sdks import cerebras
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/aebrer/dreb/issues/230",
    scenario="silent-cut",
    rule="half-answer",
    parameters={"after_tokens": 50},
)


def ask(mock: Mock, *, look: bool) -> str:
    create = cerebras(mock).chat.completions.create
    text, finish = "", None
    for chunk in create(**body(stream=True)):
        text += chunk.choices[0].delta.content or ""
        if look:
            finish = chunk.choices[0].finish_reason or finish
    if look and finish is None:
        return create(**body()).choices[0].message.content or ""
    return text


def guilty(mock: Mock) -> object:
    return ask(mock, look=False)


def fixed(mock: Mock) -> object:
    return ask(mock, look=True)
