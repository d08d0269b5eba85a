"""A tool has run, its answer goes back without the id of the call, and the 400 is tried again."""

from __future__ import annotations

from typing import Any

from tests.corpus.apps.agent import QUESTION, TOOL
from tests.corpus.apps.chat import checked, post, said
from tests.corpus.apps.retrying import insist
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/livekit/agents/issues/2403",
    scenario="one-call",
    rule="permanent-error-retried",
)


def turn(mock: Mock, *fields: str) -> object:
    """Let the model call its tool, and answer with these fields of the call."""
    history: list[dict[str, Any]] = [said(QUESTION)]
    made = checked(mock, messages=history, tools=[TOOL])["choices"][0]["message"]
    known = {"tool_call_id": made["tool_calls"][0]["id"]}
    done = {**said("21 degrees", "tool"), **{name: known[name] for name in fields}}
    asked = {"messages": [*history, made, done], "tools": [TOOL]}
    return insist(lambda: post(mock, **asked), lambda attempt, answer: 0.2 * 2**attempt)


def guilty(mock: Mock) -> object:
    return turn(mock)


def fixed(mock: Mock) -> object:
    return turn(mock, "tool_call_id")
