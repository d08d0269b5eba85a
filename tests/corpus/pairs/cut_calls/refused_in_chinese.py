"""The same agent over a stream, whose messages for the model are Chinese."""

from __future__ import annotations

from tests.corpus.apps.agent import Made, Outcome, converse, mended, run, streamed, whole
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/14790897/MiqroForge-Desktop/issues/1100",
    scenario="tool-arguments-cut",
    rule="partial-tool-call",
)
REFUSAL = "参数不完整，工具未执行，请重新调用。"  # incomplete, not run, call again


def guilty(mock: Mock) -> object:
    return converse(mock, streamed, lambda mock, made: run(mock, made, mended(made.arguments)))


def fixed(mock: Mock) -> object:
    def act(mock: Mock, made: Made) -> Outcome:
        arguments = whole(made)
        return Outcome(made.arguments, REFUSAL) if arguments is None else run(mock, made, arguments)

    return converse(mock, streamed, act)
