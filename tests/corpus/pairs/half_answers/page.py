"""
A page of a proxy is taken for an answer, for the SDK hands it out as a text.

So do the clients of cerebras-cloud-sdk 1.91.0.
"""

from __future__ import annotations

from tests.corpus.apps.chat import body
from tests.corpus.apps.sdks import cerebras
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://www.rfc-editor.org/rfc/rfc6585#section-6",
    scenario="html-200",
    rule="half-answer",
    package="cerebras-cloud-sdk 1.91.0",
)


class NoAnswerError(Exception):
    """What came is no completion."""


def ask(mock: Mock, *, look: bool) -> str:
    answer = cerebras(mock).chat.completions.create(**body())
    if isinstance(answer, str):
        if look:
            raise NoAnswerError
        return answer
    return answer.choices[0].message.content or ""


def guilty(mock: Mock) -> object:
    return ask(mock, look=False)


def fixed(mock: Mock) -> object:
    return ask(mock, look=True)
