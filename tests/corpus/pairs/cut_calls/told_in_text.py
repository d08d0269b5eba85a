"""
A tool is run with the raw half of a JSON, and the history tells of it in plain text only.

``parse_json_if_needed`` of smolagents 1.26.0 (models.py) hands on what is no JSON as it is,
``execute_tool_call`` (agents.py) calls the tool with that string, and memory.py writes the call and
what came of it as text, with no ``tool_calls`` and no message of a tool.
"""

from __future__ import annotations

import json

from tests.corpus.apps.agent import QUESTION, Made, plain, record_side_effect, whole
from tests.corpus.apps.chat import said
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/huggingface/smolagents/issues/1119",
    scenario="tool-arguments-cut",
    rule="partial-tool-call",
    package="smolagents 1.26.0",
)


def go_on(mock: Mock, made: Made, observation: str) -> object:
    call = {"id": made.id, "function": {"name": made.name, "arguments": made.arguments}}
    calls = f"Calling tools:\n{json.dumps([call])}"
    return plain(mock, [said(QUESTION), said(calls, "assistant"), said(observation)])


def observed(mock: Mock, made: Made, given: object) -> str:
    record_side_effect(mock, made.name, arguments=given)
    return f"Observation:\n21 degrees for {given}"


def guilty(mock: Mock) -> object:
    made = plain(mock, [said(QUESTION)])
    return made and go_on(mock, made, observed(mock, made, made.arguments))


def fixed(mock: Mock) -> object:
    made = plain(mock, [said(QUESTION)])
    if made is None:
        return None
    arguments = whole(made)
    if arguments is not None:
        return go_on(mock, made, observed(mock, made, arguments))
    problem = f"Call id: {made.id}\nError:\nThe arguments are incomplete; the tool was not run."
    return go_on(mock, made, problem)
