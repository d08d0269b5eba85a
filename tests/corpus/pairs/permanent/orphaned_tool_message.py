"""A history is trimmed to its last messages, so that a tool answers a call which is not there."""

from __future__ import annotations

import time

from cerebras.cloud.sdk import BadRequestError

from tests.corpus.apps.agent import QUESTION, TOOL
from tests.corpus.apps.chat import Message, body, said
from tests.corpus.apps.sdks import cerebras
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/langchain-ai/langchainjs/issues/8643",
    scenario="one-call",
    rule="permanent-error-retried",
)


def turn(mock: Mock, keep: int) -> object:
    """Let the model call its tool, and send back the last messages of what was said."""
    create = cerebras(mock).chat.completions.create
    history: list[Message] = [said(QUESTION)]
    made = create(**body(messages=history, tools=[TOOL])).choices[0].message
    call = made.tool_calls[0]
    history.append(made.model_dump(exclude_none=True))
    history.append({"role": "tool", "tool_call_id": call.id, "content": "21 degrees"})
    for attempt in range(4):
        try:
            return create(**body(messages=history[-keep:], tools=[TOOL]))
        except BadRequestError:
            time.sleep(0.2 * 2**attempt)
    return None


def guilty(mock: Mock) -> object:
    return turn(mock, keep=1)


def fixed(mock: Mock) -> object:
    return turn(mock, keep=3)
