"""An agent that has read one file too many sends the same history once more, and once more."""

from __future__ import annotations

from typing import Any

from cerebras.cloud.sdk import BadRequestError

from tests.corpus.apps.chat import Message, body, said
from tests.corpus.apps.sdks import cerebras
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/cline/cline/issues/5140",
    scenario="context-8192",
    rule="overflow-repeated",
)
FILES = [said("word " * 3000) for _ in range(3)]
QUESTION = said("Where is the bug?")


def ask(mock: Mock, history: list[Message]) -> Any:
    return cerebras(mock).chat.completions.create(**body(messages=[*history, QUESTION]))


def guilty(mock: Mock) -> object:
    for _ in range(3):
        try:
            return ask(mock, FILES)
        except BadRequestError:
            continue
    return None


def fixed(mock: Mock) -> object:
    for dropped in range(3):
        try:
            return ask(mock, FILES[dropped:])
        except BadRequestError:
            continue
    return None
