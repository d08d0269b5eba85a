"""The model that stands in the code is retired overnight, and the app has no other."""

from __future__ import annotations

import openai

from tests.corpus.apps.chat import MODEL, OTHER, body
from tests.corpus.apps.sdks import openai as client
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/sepandhaghighi/mytext/issues/100",
    scenario="retirement-day",
    rule="no-fallback",
    parameters={"model": MODEL, "after": 1},
)


def ask(mock: Mock, *models: str) -> object:
    for model in models:
        try:
            return client(mock).chat.completions.create(**body(model=model))
        except openai.NotFoundError:
            continue
    return "The model is gone."


def guilty(mock: Mock) -> object:
    return [ask(mock, MODEL) for _ in range(2)]


def fixed(mock: Mock) -> object:
    return [ask(mock, MODEL, OTHER) for _ in range(2)]
