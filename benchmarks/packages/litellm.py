"""The function of litellm, with a tool that the app runs itself."""

from __future__ import annotations

import json
from typing import Any

from .weather import MODEL, get_weather

_TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Tell the weather in a city.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "unit": {"type": "string"}},
            "required": ["city"],
        },
    },
}


def _ask(messages: list[Any], **settings: Any) -> Any:
    import litellm

    return litellm.completion(model=f"cerebras/{MODEL}", messages=messages, **settings)


def plain(question: str) -> str:
    """Ask for a completion."""
    answer = _ask([{"role": "user", "content": question}])
    return str(answer.choices[0].message.content)


def with_a_tool(question: str) -> str:
    """Ask with the tool, run it if it is called, and ask again."""
    messages: list[Any] = [{"role": "user", "content": question}]
    said = _ask(messages, tools=[_TOOL], tool_choice="auto").choices[0].message
    messages.append(said)
    for call in said.tool_calls or ():
        found = get_weather(**json.loads(call.function.arguments))
        messages.append({"role": "tool", "tool_call_id": call.id, "content": found})
    return str(_ask(messages).choices[0].message.content) if said.tool_calls else str(said.content)


def streamed(question: str) -> str:
    """Stream a completion, and return its text."""
    parts = _ask([{"role": "user", "content": question}], stream=True)
    return "".join(part.choices[0].delta.content or "" for part in parts)
