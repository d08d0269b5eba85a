"""A lost connection is shown as "Connection error.", though the next one would hold."""

from __future__ import annotations

import asyncio

import aiohttp

from tests.corpus.apps.chat import body, completions, headers
from tests.corpus.apps.retrying import NOT_HTTPX
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/cline/cline/issues/12096",
    scenario="lost-before-answer",
    rule="gave-up-at-once",
    without=NOT_HTTPX,
)


async def ask(mock: Mock, attempts: int) -> object:
    async with aiohttp.ClientSession(headers=headers(mock)) as session:
        for attempt in range(attempts):
            try:
                async with session.post(completions(mock), json=body()) as answer:
                    return await answer.json()
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.3 * 2**attempt)
    return None


def guilty(mock: Mock) -> object:
    return asyncio.run(ask(mock, attempts=1))


def fixed(mock: Mock) -> object:
    return asyncio.run(ask(mock, attempts=4))
