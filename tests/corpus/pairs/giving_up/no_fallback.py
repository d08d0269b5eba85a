"""One model is down, and a chain of models is never gone along."""

from __future__ import annotations

import openai

from tests.corpus.apps.chat import MODEL, OTHER, body
from tests.corpus.apps.sdks import openai as client
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/api7/aisix/issues/46",
    scenario="one-model-down",
    rule="gave-up-at-once",
    parameters={"model": MODEL},
)


def ask(mock: Mock, *models: str) -> object:
    for model in models:
        try:
            return client(mock, max_retries=0).chat.completions.create(**body(model=model))
        except openai.InternalServerError:
            continue
    return "The service is down."


def guilty(mock: Mock) -> object:
    return ask(mock, MODEL)


def fixed(mock: Mock) -> object:
    return ask(mock, MODEL, OTHER)
