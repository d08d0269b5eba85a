"""A step runs the tool and tells the model of it; the step is retried when the model is busy."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx

from tests.corpus.apps.agent import QUESTION, Made, Outcome, plain, run, whole
from tests.corpus.apps.chat import Message, said
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/microsoft/agent-framework/issues/3938",
    scenario="busy-after-the-call",
    rule="tool-ran-twice",
)


def turn(mock: Mock, step: Callable[[Made], Outcome]) -> object:
    """Ask, then take the step up to three times; what it has done is told to the model."""
    made = plain(mock, [said(QUESTION)])
    assert made is not None
    for wait in (1, 2, 4):
        try:
            return plain(mock, told(made, step(made)))
        except httpx.HTTPStatusError:
            time.sleep(wait)
    return None


def told(made: Made, outcome: Outcome) -> list[Message]:
    function = {"name": made.name, "arguments": outcome.arguments}
    call = {"id": made.id, "type": "function", "function": function}
    return [
        said(QUESTION),
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": made.id, "content": outcome.told},
    ]


def guilty(mock: Mock) -> object:
    return turn(mock, lambda made: run(mock, made, whole(made) or {}))


def fixed(mock: Mock) -> object:
    known: dict[str, Outcome] = {}

    def step(made: Made) -> Outcome:
        if made.id not in known:
            known[made.id] = run(mock, made, whole(made) or {})
        return known[made.id]

    return turn(mock, step)
