"""An error event ends the stream after a few words, and they become the assistant's turn."""

from __future__ import annotations

import asyncio
from typing import Any

import openai

from tests.corpus.apps.chat import body, said
from tests.corpus.apps.sdks import async_openai
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/anomalyco/opencode/issues/18150",
    scenario="mid-stream-500",
    rule="half-answer",
    parameters={"after_tokens": 12},
)
FIRST, SECOND = said("Who was Ada Lovelace?"), said("And what did Babbage build?")


async def chat(mock: Mock, *, keep: bool) -> None:
    history: list[dict[str, Any]] = []
    async with async_openai(mock) as client:
        for question in (FIRST, SECOND):
            text, whole = "", True
            asked = body(messages=[*history, question], stream=True)
            try:
                async for chunk in await client.chat.completions.create(**asked):
                    text += chunk.choices[0].delta.content or ""
            except openai.APIError:
                whole = False
            if whole or keep:
                history += [question, said(text, "assistant")]


def guilty(mock: Mock) -> object:
    return asyncio.run(chat(mock, keep=True))


def fixed(mock: Mock) -> object:
    return asyncio.run(chat(mock, keep=False))
