"""
Arguments are mended as far as it goes, and empty where it does not.

``get_tool_calls_from_response`` of llama-index-llms-openai 0.8.3 (base.py) does so with a
``parse_partial_json`` of its own. The fixed app answers the call with an error object.
"""

from __future__ import annotations

import json

from tests.corpus.apps.agent import Made, Outcome, converse, mended, plain, run, whole
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/NousResearch/hermes-agent/issues/6080",
    scenario="tool-arguments-cut",
    rule="partial-tool-call",
    package="llama-index-llms-openai 0.8.3",
)
ERROR = {
    "error": {"type": "incomplete_arguments", "message": "arguments ended early", "ran": False}
}


def guilty(mock: Mock) -> object:
    return converse(mock, plain, lambda mock, made: run(mock, made, mended(made.arguments)))


def fixed(mock: Mock) -> object:
    def act(mock: Mock, made: Made) -> Outcome:
        arguments = whole(made)
        if arguments is None:
            return Outcome(made.arguments, json.dumps(ERROR))
        return run(mock, made, arguments)

    return converse(mock, plain, act)
