"""A page comes instead of a stream: the SDK finds no event in it, and the answer is empty."""

from __future__ import annotations

from tests.corpus.apps.chat import body
from tests.corpus.apps.sdks import openai
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://www.rfc-editor.org/rfc/rfc6585#section-6",
    scenario="html-200",
    rule="half-answer",
)


class NoAnswerError(Exception):
    """Nothing came."""


def ask(mock: Mock, *, look: bool) -> str:
    text = ""
    for chunk in openai(mock).chat.completions.create(**body(stream=True)):
        text += chunk.choices[0].delta.content or ""
    if look and not text:
        raise NoAnswerError
    return text


def guilty(mock: Mock) -> object:
    return ask(mock, look=False)


def fixed(mock: Mock) -> object:
    return ask(mock, look=True)
