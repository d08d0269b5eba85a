"""Four ordinary tests, like those of many suites, to measure how many cells meet a fault."""

from __future__ import annotations

import json
from typing import Any

from cerebras.cloud.sdk import Cerebras

MODEL = "gpt-oss-120b"
ASKED: list[Any] = [{"role": "user", "content": "How is the weather in Cologne?"}]
TOOL: Any = {
    "type": "function",
    "function": {
        "name": "weather_report",
        "description": "The weather of a city",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
            "required": ["city"],
        },
    },
}
_ROUNDS = 5


def test_plain(cerebras_client: Cerebras) -> None:
    """One question, one answer."""
    _ask(cerebras_client, ASKED)


def test_two_turns(cerebras_client: Cerebras) -> None:
    """A conversation."""
    said = _ask(cerebras_client, ASKED).content
    history = [*ASKED, {"role": "assistant", "content": said}]
    _ask(cerebras_client, [*history, {"role": "user", "content": "And tomorrow?"}])


def test_agent(cerebras_client: Cerebras) -> None:
    """An agent that calls a tool until it has its answer."""
    history = list(ASKED)
    for _ in range(_ROUNDS):
        message = _ask(cerebras_client, history, tools=[TOOL])
        if not message.tool_calls:
            return
        kept = {"role", "content", "tool_calls"}
        history.append(message.model_dump(exclude_none=True, include=kept))
        for call in message.tool_calls:
            json.loads(call.function.arguments)
            history.append({"role": "tool", "tool_call_id": call.id, "content": "Sunny."})


def test_stream(cerebras_client: Cerebras) -> None:
    """An answer that is streamed."""
    answer: Any = cerebras_client.chat.completions.create(model=MODEL, messages=ASKED, stream=True)
    list(answer)


def _ask(client: Cerebras, messages: list[Any], **keys: Any) -> Any:
    answer: Any = client.chat.completions.create(model=MODEL, messages=messages, **keys)
    return answer.choices[0].message
