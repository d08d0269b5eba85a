"""A worker never reads ``x-ratelimit-remaining``, and sends on when nothing remains."""

from __future__ import annotations

import asyncio

from tests.corpus.apps.chat import body
from tests.corpus.apps.sdks import async_cerebras
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/QwenLM/qwen-code/issues/670",
    scenario="rate-limit",
    rule="announced-429",
    parameters={"spent": 27},
    time_scale=0.2,
)


async def batch(mock: Mock, *, look: bool) -> None:
    async with async_cerebras(mock) as client:
        for number in range(4):
            asked = body(f"What is {number} squared?")
            answer = await client.chat.completions.with_raw_response.create(**asked)
            left = answer.headers.get("x-ratelimit-remaining-requests-minute")
            if look and left == "0":
                await asyncio.sleep(60 / 30)


def guilty(mock: Mock) -> object:
    return asyncio.run(batch(mock, look=False))


def fixed(mock: Mock) -> object:
    return asyncio.run(batch(mock, look=True))
