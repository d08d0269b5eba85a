"""A task collects a stream, and nothing but its user's patience ends it."""

from __future__ import annotations

import asyncio

from tests.corpus.apps.chat import body
from tests.corpus.apps.sdks import async_openai
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/anomalyco/opencode/issues/29348",
    scenario="heartbeat-stall",
    rule="no-overall-deadline",
    without={"real": "the silence takes five minutes, and its deadline is not scaled"},
)


async def collect(mock: Mock) -> str:
    async with async_openai(mock, timeout=60) as client:
        stream = await client.chat.completions.create(**body(stream=True))
        return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])


async def ask(mock: Mock, deadline: float | None) -> str:
    async with asyncio.timeout(deadline):
        return await collect(mock)


def guilty(mock: Mock) -> object:
    return asyncio.run(ask(mock, deadline=None))


def fixed(mock: Mock) -> object:
    return asyncio.run(ask(mock, deadline=100))
