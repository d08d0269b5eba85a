"""An async client that finds a minute too long, and waits a part of it."""

from __future__ import annotations

import asyncio

import aiohttp

from tests.corpus.apps.chat import body, completions, headers
from tests.corpus.apps.retrying import NOT_HTTPX
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/Kilo-Org/kilocode/issues/2426",
    scenario="retry-after-60",
    rule="retry-after-ignored",
    without=NOT_HTTPX,
)


async def ask(mock: Mock, share: float) -> int:
    async with aiohttp.ClientSession(headers=headers(mock)) as session:
        status = 0
        for _ in range(3):
            async with session.post(completions(mock), json=body()) as answer:
                status = answer.status
                if answer.ok:
                    break
                told = float(answer.headers["retry-after"])
            await asyncio.sleep(told * share)
        return status


def guilty(mock: Mock) -> object:
    return asyncio.run(ask(mock, share=0.2))


def fixed(mock: Mock) -> object:
    return asyncio.run(ask(mock, share=1.0))
