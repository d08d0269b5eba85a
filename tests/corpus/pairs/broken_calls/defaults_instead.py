"""Arguments that can't be read are replaced by those of last time."""

from __future__ import annotations

from tests.corpus.apps.agent import Made, Outcome, converse, run, streamed, whole
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/anomalyco/opencode/issues/1018",
    scenario="invalid-tool-json",
    rule="partial-tool-call",
)
LAST_TIME = {"city": "Berlin", "unit": "celsius"}
REFUSAL = '{"ok": false, "error": "invalid JSON in arguments, nothing was executed"}'


def guilty(mock: Mock) -> object:
    return converse(mock, streamed, lambda mock, made: run(mock, made, whole(made) or LAST_TIME))


def fixed(mock: Mock) -> object:
    def act(mock: Mock, made: Made) -> Outcome:
        arguments = whole(made)
        return Outcome(made.arguments, REFUSAL) if arguments is None else run(mock, made, arguments)

    return converse(mock, streamed, act)
