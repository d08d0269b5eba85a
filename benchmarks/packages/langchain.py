"""The chat model of langchain-cerebras, with a tool that the app runs itself."""

from __future__ import annotations

from typing import Any

from .weather import MODEL, get_weather


def _chat() -> Any:
    from langchain_cerebras import ChatCerebras

    return ChatCerebras(model=MODEL)


def plain(question: str) -> str:
    """Invoke the model."""
    return str(_chat().invoke(question).content)


def with_a_tool(question: str) -> str:
    """Invoke the model with the tool, run what it calls, and invoke it again."""
    from langchain_core.messages import HumanMessage
    from langchain_core.tools import tool

    weather = tool(get_weather)
    chat = _chat().bind_tools([weather])
    messages: list[Any] = [HumanMessage(question)]
    answer = chat.invoke(messages)
    if not answer.tool_calls:
        return str(answer.content)
    messages += [answer, *(weather.invoke(call) for call in answer.tool_calls)]
    return str(chat.invoke(messages).content)


def streamed(question: str) -> str:
    """Stream an answer, and return its text."""
    return "".join(str(part.content) for part in _chat().stream(question))
