"""
A comma too many, and the tool runs with no arguments.

``handle_content_block_stop`` of strands-agents 1.62.0 (event_loop/streaming.py) logs a warning and
takes an empty dict. The fixed app tells the model, as ``default_tool_error_function`` of
openai-agents 0.20.0 (tool.py) does.
"""

from __future__ import annotations

from tests.corpus.apps.agent import Made, Outcome, converse, plain, run, whole
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/anomalyco/opencode/issues/1018",
    scenario="invalid-tool-json",
    rule="partial-tool-call",
    package="strands-agents 1.62.0",
)
REFUSAL = "An error occurred while parsing tool arguments. Please try again with valid JSON."


def guilty(mock: Mock) -> object:
    return converse(mock, plain, lambda mock, made: run(mock, made, whole(made) or {}))


def fixed(mock: Mock) -> object:
    def act(mock: Mock, made: Made) -> Outcome:
        arguments = whole(made)
        return Outcome(made.arguments, REFUSAL) if arguments is None else run(mock, made, arguments)

    return converse(mock, plain, act)
