"""An agent of strands-agents."""

from __future__ import annotations

import asyncio
import os
from typing import Any

from .weather import MODEL, get_weather


def _agent(*tools: Any) -> Any:
    from strands import Agent
    from strands.models.openai import OpenAIModel

    client = {
        "api_key": os.environ["CEREBRAS_API_KEY"],
        "base_url": os.environ["OPENAI_BASE_URL"],
    }
    return Agent(model=OpenAIModel(client_args=client, model_id=MODEL), tools=list(tools))


def plain(question: str) -> str:
    """Ask an agent without tools."""
    return str(_agent()(question))


def with_a_tool(question: str) -> str:
    """Ask an agent with the tool."""
    from strands import tool

    return str(_agent(tool(get_weather))(question))


def streamed(question: str) -> str:
    """Stream an answer, and return its text."""

    async def answer() -> str:
        events = _agent().stream_async(question)
        return "".join([event["data"] async for event in events if "data" in event])

    return asyncio.run(answer())
