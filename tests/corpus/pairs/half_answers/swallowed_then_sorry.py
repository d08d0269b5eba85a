"""A stream breaks, and the app says what had come; fixed, it apologises instead."""

from __future__ import annotations

import asyncio

from openai import APIError, AsyncOpenAI

from tests.corpus.apps.chat import body
from tests.corpus.apps.sdks import async_openai
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/livekit/agents/issues/2403",
    scenario="rate-limit-in-stream",
    rule="half-answer",
)


async def reply(client: AsyncOpenAI, sorry: str) -> str:
    text = ""
    try:
        async for chunk in await client.chat.completions.create(**body(stream=True)):
            text += "".join(choice.delta.content or "" for choice in chunk.choices)
    except APIError:
        return sorry or text
    return text


async def ask(mock: Mock, sorry: str) -> str:
    async with async_openai(mock, max_retries=0) as client:
        return await reply(client, sorry)


def guilty(mock: Mock) -> object:
    return asyncio.run(ask(mock, ""))


def fixed(mock: Mock) -> object:
    return asyncio.run(ask(mock, "Sorry, something went wrong. Please ask me again."))
