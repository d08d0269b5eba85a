"""An agent closes the arguments itself and runs them; fixed, it notes ``[not executed]``."""

from __future__ import annotations

import json

from tests.corpus.apps.agent import Made, Outcome, converse, plain, run, whole
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/NousResearch/hermes-agent/issues/6080",
    scenario="tool-arguments-cut",
    rule="partial-tool-call",
    parameters={"tokens": 4},
)


def closed(text: str) -> dict[str, str]:
    """Return the arguments, with what a JSON string and object need to end."""
    found: dict[str, str] = json.loads(text + '"}' if text.count('"') % 2 else text + "}")
    return found


def guilty(mock: Mock) -> object:
    return converse(mock, plain, lambda mock, made: run(mock, made, closed(made.arguments)))


def fixed(mock: Mock) -> object:
    def act(mock: Mock, made: Made) -> Outcome:
        arguments = whole(made)
        if arguments is None:
            return Outcome(made.arguments, "[not executed]")
        return run(mock, made, arguments)

    return converse(mock, plain, act)
