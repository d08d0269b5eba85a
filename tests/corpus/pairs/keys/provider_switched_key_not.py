"""
The provider was switched, and the key of the one before goes on being sent.

``OpenAILike`` classes such as ``Cerebras`` of llama-index-llms-cerebras 0.5.0 (base.py) take
whatever ``api_key`` they are given, and an address from the environment when they are imported.
"""

from __future__ import annotations

import asyncio

from openai import AsyncOpenAI

from tests.corpus.apps.chat import body
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/FerroxLabs/wayland/issues/9",
    scenario="healthy",
    rule="key-sent-elsewhere",
    package="llama-index-llms-cerebras 0.5.0",
    edition="2026-11",
)


async def ask(mock: Mock, key: str) -> object:

    async with AsyncOpenAI(api_key=key, base_url=mock.openai_url) as client:
        return await client.chat.completions.create(**body())


def guilty(mock: Mock) -> object:
    return asyncio.run(ask(mock, "gsk_fake"))


def fixed(mock: Mock) -> object:
    return asyncio.run(ask(mock, mock.api_key))
