"""An agent of pydantic-ai."""

from __future__ import annotations

import asyncio
from typing import Any

from .weather import MODEL, get_weather


def _agent(*tools: Any) -> Any:
    from openai import AsyncOpenAI
    from pydantic_ai import Agent
    from pydantic_ai.models.cerebras import CerebrasModel
    from pydantic_ai.providers.cerebras import CerebrasProvider

    # The provider has the real address in its code, so the client brings the mock's address.
    provider = CerebrasProvider(openai_client=AsyncOpenAI())
    return Agent(CerebrasModel(MODEL, provider=provider), tools=tools)


def plain(question: str) -> str:
    """Ask an agent without tools."""
    return str(_agent().run_sync(question).output)


def with_a_tool(question: str) -> str:
    """Ask an agent with the tool."""
    return str(_agent(get_weather).run_sync(question).output)


def streamed(question: str) -> str:
    """Stream an answer, and return its text."""

    async def answer() -> str:
        async with _agent().run_stream(question) as result:
            return "".join([text async for text in result.stream_text(delta=True)])

    return asyncio.run(answer())
