"""The second turn sends thoughts back under a name that the API refuses, and insists on it."""

from __future__ import annotations

import asyncio
from typing import Any

from cerebras.cloud.sdk import APIStatusError

from tests.corpus.apps.chat import MODEL, said
from tests.corpus.apps.sdks import async_cerebras
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/Alishahryar1/free-claude-code/issues/1136",
    scenario="second-turn-400",
    rule="permanent-error-retried",
)


async def two_turns(mock: Mock, back: str | None, attempts: int) -> None:
    async with async_cerebras(mock) as client:
        create = client.chat.completions.create
        history: list[Any] = [said("What is a monad?")]
        answer = (await create(model=MODEL, messages=history)).choices[0].message
        thoughts = {back: answer.reasoning} if back else {}
        history += [{**said(answer.content, "assistant"), **thoughts}, said("And a functor?")]
        for attempt in range(attempts):
            try:
                await create(model=MODEL, messages=history)
                break
            except APIStatusError:
                await asyncio.sleep(0.2 * 2**attempt)


def guilty(mock: Mock) -> object:
    return asyncio.run(two_turns(mock, "reasoning_content", attempts=4))


def fixed(mock: Mock) -> object:
    return asyncio.run(two_turns(mock, None, attempts=4))
