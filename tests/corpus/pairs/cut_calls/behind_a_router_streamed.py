"""
The same over a stream.

``CustomStreamWrapper`` of litellm 1.110.2 (litellm_core_utils/streaming_handler.py) says
``tool_calls`` at the end of a stream that holds a call and just breaks off.
"""

from __future__ import annotations

from tests.corpus.apps.agent import Made, Outcome, converse, mended, run, streamed, whole
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/vllm-project/vllm/issues/53269",
    scenario="masked-cut",
    rule="partial-tool-call",
    package="litellm 1.110.2",
)
REFUSAL = "Error: the arguments are no JSON. The tool did not run; call it again."


def guilty(mock: Mock) -> object:
    return converse(mock, streamed, lambda mock, made: run(mock, made, mended(made.arguments)))


def fixed(mock: Mock) -> object:
    def act(mock: Mock, made: Made) -> Outcome:
        arguments = whole(made)
        return Outcome(made.arguments, REFUSAL) if arguments is None else run(mock, made, arguments)

    return converse(mock, streamed, act)
