"""
The broken arguments go back inside an object that calls them invalid.

``args_as_json_str`` of pydantic-ai-slim 2.31.1 (messages.py) wraps them as ``INVALID_JSON``, and
the tool is not run; the guilty app reads them by pydantic-core, which allows a part of a JSON.
"""

from __future__ import annotations

import json
from typing import Any

import pydantic_core

from tests.corpus.apps.agent import Made, Outcome, converse, plain, run, whole
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/NousResearch/hermes-agent/issues/6080",
    scenario="tool-arguments-cut",
    rule="partial-tool-call",
    package="pydantic-ai-slim 2.31.1",
)
REFUSAL = (
    "1 validation error: Invalid JSON: EOF while parsing a string. Fix the errors and try again."
)


def guilty(mock: Mock) -> object:
    def act(mock: Mock, made: Made) -> Outcome:
        part: dict[str, Any] = pydantic_core.from_json(
            made.arguments, allow_partial="trailing-strings"
        )
        return run(mock, made, part)

    return converse(mock, plain, act)


def fixed(mock: Mock) -> object:
    def act(mock: Mock, made: Made) -> Outcome:
        arguments = whole(made)
        if arguments is None:
            return Outcome(json.dumps({"INVALID_JSON": made.arguments}), REFUSAL)
        return run(mock, made, arguments)

    return converse(mock, plain, act)
