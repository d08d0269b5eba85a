"""
Eight agents in one loop wait 4 s and then 8 s, all of them.

``ModelRetryStrategy`` of strands-agents 1.62.0 (event_loop/_retry.py) doubles 4 s without jitter.
"""

from __future__ import annotations

import asyncio
from random import Random

from cerebras.cloud.sdk import APIStatusError

from tests.corpus.apps.chat import body
from tests.corpus.apps.retrying import SECONDS
from tests.corpus.apps.sdks import async_cerebras
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/bman654/clodex/issues/81",
    scenario="queue-surge",
    rule="no-jitter",
    package="strands-agents 1.62.0",
    parameters={"times": 16, "share": 0},
    without=SECONDS,
)


async def crowd(mock: Mock, jitter: float) -> None:
    random = Random(3)

    async def work(number: int) -> object:
        for attempt in range(5):
            try:
                return await client.chat.completions.create(**body(f"Sum up part {number}."))
            except APIStatusError:
                await asyncio.sleep(4 * 2**attempt * (1 - jitter * random.random()))
        return None

    async with async_cerebras(mock, max_retries=0) as client:
        await asyncio.gather(*map(work, range(8)))


def guilty(mock: Mock) -> object:
    return asyncio.run(crowd(mock, jitter=0))


def fixed(mock: Mock) -> object:
    return asyncio.run(crowd(mock, jitter=0.5))
