"""A queue of jobs that starts a failed job anew, whose client has tried three times already."""

from __future__ import annotations

import asyncio

from cerebras.cloud.sdk import APIError

from tests.corpus.apps.chat import body
from tests.corpus.apps.sdks import async_cerebras
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/AstrBotDevs/AstrBot/pull/9669",
    scenario="queue-surge",
    rule="nested-retries",
    parameters={"times": 4, "share": 0},
)


async def work(mock: Mock, inner: int, jobs: int) -> object:
    async with async_cerebras(mock, max_retries=inner) as client:
        for attempt in range(jobs):
            job = asyncio.ensure_future(client.chat.completions.create(**body()))
            try:
                return await job
            except APIError:
                await asyncio.sleep(0.2 * 2**attempt)
    return None


def guilty(mock: Mock) -> object:
    return asyncio.run(work(mock, inner=2, jobs=3))


def fixed(mock: Mock) -> object:
    return asyncio.run(work(mock, inner=0, jobs=6))
