"""Agents of smolagents: one that writes code, and one that calls tools."""

from __future__ import annotations

import os
from typing import Any

from .weather import MODEL, get_weather


def _model() -> Any:
    from smolagents import OpenAIModel

    return OpenAIModel(
        model_id=MODEL,
        api_base=os.environ["OPENAI_BASE_URL"],
        api_key=os.environ["CEREBRAS_API_KEY"],
    )


def plain(question: str) -> str:
    """Ask an agent without tools."""
    from smolagents import CodeAgent

    return str(CodeAgent(tools=[], model=_model()).run(question))


def with_a_tool(question: str) -> str:
    """Ask an agent with the tool."""
    from smolagents import ToolCallingAgent, tool

    return str(ToolCallingAgent(tools=[tool(get_weather)], model=_model()).run(question))


def streamed(question: str) -> str:
    """Ask an agent that streams the answers of its model."""
    from smolagents import CodeAgent

    return str(CodeAgent(tools=[], model=_model(), stream_outputs=True).run(question))
