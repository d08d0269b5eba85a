"""Another vendor's client is pointed here, and brings that vendor's key."""

from __future__ import annotations

from openai import OpenAI

from tests.corpus.apps.chat import body
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/continuedev/continue/issues/10250",
    scenario="healthy",
    rule="key-sent-elsewhere",
    edition="2026-11",
)
SETTINGS = {"OPENAI_API_KEY": "sk-fake", "GROQ_API_KEY": "gsk_fake"}


def ask(mock: Mock, key: str) -> object:
    with OpenAI(api_key=key, base_url=mock.openai_url) as client:
        return client.chat.completions.create(**body())


def guilty(mock: Mock) -> object:
    return ask(mock, SETTINGS["OPENAI_API_KEY"])


def fixed(mock: Mock) -> object:
    return ask(mock, {**SETTINGS, "CEREBRAS_API_KEY": mock.api_key}["CEREBRAS_API_KEY"])
