"""The pieces of a stream are joined, whatever has ended it."""

from __future__ import annotations

from tests.corpus.apps.chat import body
from tests.corpus.apps.sdks import cerebras
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/NousResearch/hermes-agent/issues/67923",
    scenario="silent-cut",
    rule="half-answer",
)


class IncompleteError(Exception):
    """The stream has not said why it ended."""


def ask(mock: Mock, *, look: bool) -> str:
    pieces, finish = [], None
    for chunk in cerebras(mock).chat.completions.create(**body(stream=True)):
        choice = chunk.choices[0]
        pieces.append(choice.delta.content or "")
        if look:
            finish = choice.finish_reason or finish
    if look and finish is None:
        raise IncompleteError
    return "".join(pieces)


def guilty(mock: Mock) -> object:
    return ask(mock, look=False)


def fixed(mock: Mock) -> object:
    return ask(mock, look=True)
