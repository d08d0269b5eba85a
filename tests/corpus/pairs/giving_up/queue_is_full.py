"""The stream fails with the first ``queue_exceeded``, and the turn is rolled back."""

from __future__ import annotations

import asyncio

from tests.corpus.apps.chat import body
from tests.corpus.apps.sdks import async_cerebras
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/LondonTipton/ai-chatbot",
    scenario="queue-surge",
    rule="gave-up-at-once",
    parameters={"times": 2, "share": 0},
)


async def ask(mock: Mock, retries: int) -> str:
    async with async_cerebras(mock, max_retries=retries) as client:
        stream = await client.chat.completions.create(**body(stream=True))
        return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])


def guilty(mock: Mock) -> object:
    return asyncio.run(ask(mock, retries=0))


def fixed(mock: Mock) -> object:
    return asyncio.run(ask(mock, retries=3))
