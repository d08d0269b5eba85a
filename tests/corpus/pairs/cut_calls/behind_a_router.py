"""A router says ``tool_calls`` over arguments that were cut; the app closes them and runs them."""

from __future__ import annotations

from tests.corpus.apps.agent import Made, Outcome, converse, mended, plain, run, whole
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/NousResearch/hermes-agent/pull/7693",
    scenario="masked-cut",
    rule="partial-tool-call",
)
REFUSAL = "Error: the arguments are no JSON. The tool did not run; call it again."


def guilty(mock: Mock) -> object:
    return converse(mock, plain, lambda mock, made: run(mock, made, mended(made.arguments)))


def fixed(mock: Mock) -> object:
    def act(mock: Mock, made: Made) -> Outcome:
        arguments = whole(made)
        return Outcome(made.arguments, REFUSAL) if arguments is None else run(mock, made, arguments)

    return converse(mock, plain, act)
