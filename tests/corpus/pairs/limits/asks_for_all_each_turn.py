"""Each turn of an agent asks for 20,000 tokens, to say a sentence."""

from __future__ import annotations

from tests.corpus.apps.chat import body
from tests.corpus.apps.sdks import cerebras
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/RooCodeInc/Roo-Code/issues/10387",
    scenario="minute-window",
    rule="excessive-reservation",
    parameters={"spent": 15_000},
)


def turns(mock: Mock, most: int) -> object:
    create = cerebras(mock).chat.completions.create
    return [create(**body(f"Do step {number}.", max_completion_tokens=most)) for number in range(2)]


def guilty(mock: Mock) -> object:
    return turns(mock, 20_000)


def fixed(mock: Mock) -> object:
    return turns(mock, 1000)
