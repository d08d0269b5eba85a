"""A model is down, and each attempt of the SDK goes to it."""

from __future__ import annotations

from cerebras.cloud.sdk import InternalServerError

from tests.corpus.apps.chat import MODEL, OTHER, body
from tests.corpus.apps.sdks import cerebras
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/togethercomputer/together-cookbook/issues/57",
    scenario="one-model-down",
    rule="no-fallback",
    parameters={"model": MODEL},
    without={"real": "its own waits take seconds, which nothing scales"},
)


def ask(mock: Mock, *models: str) -> object:
    for model in models:
        try:
            return cerebras(mock, max_retries=2).chat.completions.create(**body(model=model))
        except InternalServerError:
            continue
    return "The service is down."


def guilty(mock: Mock) -> object:
    return ask(mock, MODEL)


def fixed(mock: Mock) -> object:
    return ask(mock, MODEL, OTHER)
