"""An exponential of a task without a cap: its twelfth wait takes over half an hour."""

from __future__ import annotations

import asyncio
from itertools import count

import openai

from tests.corpus.apps.chat import body
from tests.corpus.apps.sdks import async_openai
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/diegosouzapw/OmniRoute/issues/297",
    scenario="no-retry-after",
    rule="slept-for-hours",
    parameters={"lasting": "30m"},
    without={"real": "its own waits take minutes, which nothing scales"},
)


async def ask(mock: Mock, cap: float) -> object:
    async with async_openai(mock, max_retries=0) as client:
        for attempt in count():
            try:
                return await client.chat.completions.create(**body())
            except openai.RateLimitError:
                await asyncio.sleep(min(cap, 2.0**attempt))
    return None


def guilty(mock: Mock) -> object:
    return asyncio.run(ask(mock, cap=float("inf")))


def fixed(mock: Mock) -> object:
    return asyncio.run(ask(mock, cap=60))
