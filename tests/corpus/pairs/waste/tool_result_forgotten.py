"""An agent forgets what its tool has said, and so asks the very same at each step."""

from __future__ import annotations

from tests.corpus.apps.agent import QUESTION, TOOL
from tests.corpus.apps.chat import Message, body, said
from tests.corpus.apps.sdks import cerebras
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/livekit/agents/issues/1154",
    scenario="one-call",
    rule="duplicate-request",
)


def run(mock: Mock, steps: int, *, remember: bool) -> object:
    create = cerebras(mock).chat.completions.create
    history: list[Message] = [said(QUESTION)]
    for _ in range(steps):
        answer = create(**body(messages=history, tools=[TOOL], temperature=0)).choices[0].message
        if not answer.tool_calls:
            return answer.content
        call = answer.tool_calls[0]
        done = {"role": "tool", "tool_call_id": call.id, "content": "21 degrees"}
        if remember:
            history += [answer.model_dump(exclude_none=True), done]
    return None


def guilty(mock: Mock) -> object:
    return run(mock, 3, remember=False)


def fixed(mock: Mock) -> object:
    return run(mock, 3, remember=True)
