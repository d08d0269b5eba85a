"""The same agent, whose messages for the model are German."""

from __future__ import annotations

from tests.corpus.apps.agent import Made, Outcome, converse, mended, plain, run, whole
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/14790897/MiqroForge-Desktop/issues/1100",
    scenario="tool-arguments-cut",
    rule="partial-tool-call",
)
REFUSAL = (
    "Der Aufruf kam unvollständig an und wurde nicht ausgeführt. Bitte stelle ihn noch einmal."
)


def guilty(mock: Mock) -> object:
    return converse(mock, plain, lambda mock, made: run(mock, made, mended(made.arguments)))


def fixed(mock: Mock) -> object:
    def act(mock: Mock, made: Made) -> Outcome:
        arguments = whole(made)
        return Outcome(made.arguments, REFUSAL) if arguments is None else run(mock, made, arguments)

    return converse(mock, plain, act)
