"""The LLM of llama-index-llms-cerebras, and an agent with it."""

from __future__ import annotations

import asyncio
import os
from typing import Any

from .weather import MODEL, get_weather


def _llm(**settings: Any) -> Any:
    from llama_index.llms.cerebras import Cerebras

    # The default address is CEREBRAS_BASE_URL, which lacks /v1, because Cerebras' SDK adds it.
    return Cerebras(model=MODEL, api_base=os.environ["OPENAI_BASE_URL"], **settings)


def plain(question: str) -> str:
    """Complete a prompt."""
    return str(_llm().complete(question))


def with_a_tool(question: str) -> str:
    """Ask an agent with the tool."""
    from llama_index.core.agent.workflow import FunctionAgent

    async def answer() -> str:
        agent = FunctionAgent(tools=[get_weather], llm=_llm(is_function_calling_model=True))
        return str(await agent.run(question))

    return asyncio.run(answer())


def streamed(question: str) -> str:
    """Stream a completion, and return its text."""
    return "".join(part.delta or "" for part in _llm().stream_complete(question))
