"""A bot shows whatever stands in ``content``: None, too."""

from __future__ import annotations

from tests.corpus.apps.chat import body
from tests.corpus.apps.sdks import openai
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/elizaOS/eliza/issues/16298",
    scenario="null-content",
    rule="half-answer",
)


def show(mock: Mock, *, look: bool) -> str:
    content = openai(mock).chat.completions.create(**body()).choices[0].message.content
    if look and not content:
        return "Sorry, I have no answer to that."
    return str(content)


def guilty(mock: Mock) -> object:
    return show(mock, look=False)


def fixed(mock: Mock) -> object:
    return show(mock, look=True)
