"""
The pieces of a stream are merged into arguments that are always an object, however they end.

``AIMessageChunk.init_tool_calls`` of langchain-core 1.8.3 (messages/ai.py) reads the pieces by
``parse_partial_json``, which closes what is open; so a part of a call is a call.
"""

from __future__ import annotations

from tests.corpus.apps.agent import Made, Outcome, converse, mended, run, streamed, whole
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/langchain-ai/langchainjs/issues/11469",
    scenario="tool-arguments-cut",
    rule="partial-tool-call",
    package="langchain-core 1.8.3",
)
REFUSAL = "Error: this call was cut off by the output limit and was not executed. Issue it again."


def guilty(mock: Mock) -> object:
    return converse(mock, streamed, lambda mock, made: run(mock, made, mended(made.arguments)))


def fixed(mock: Mock) -> object:
    def act(mock: Mock, made: Made) -> Outcome:
        arguments = whole(made)
        return Outcome(made.arguments, REFUSAL) if arguments is None else run(mock, made, arguments)

    return converse(mock, streamed, act)
