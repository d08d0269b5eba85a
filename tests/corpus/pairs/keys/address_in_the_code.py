"""A framework ignores the base URL that was set, and calls the real host with the key."""

from __future__ import annotations

import httpx

from tests.corpus.apps.chat import body, headers
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/QwenLM/qwen-code/issues/646",
    scenario="healthy",
    rule="key-sent-elsewhere",
    without={"respx": "in process the mock answers for the real host"},
)


def ask(mock: Mock, base: str) -> object:
    return httpx.post(f"{base}/v1/chat/completions", json=body(), headers=headers(mock))


def guilty(mock: Mock) -> object:
    return ask(mock, "https://api.cerebras.ai")


def fixed(mock: Mock) -> object:
    return ask(mock, mock.url)
