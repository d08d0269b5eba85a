"""
A call that can't be read is run with no arguments at all; fixed, a note takes its place.

``handle_content_block_stop`` of strands-agents 1.62.0 (event_loop/streaming.py) makes an empty
dict of what is no JSON. When an answer ends for its length,
``recover_message_on_max_tokens_reached`` puts a text where the call was.
"""

from __future__ import annotations

from tests.corpus.apps.agent import QUESTION, converse, plain, run, whole
from tests.corpus.apps.chat import said
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/NousResearch/hermes-agent/issues/6080",
    scenario="tool-arguments-cut",
    rule="partial-tool-call",
    package="strands-agents 1.62.0",
)
NOTE = "The tool use of {} was incomplete, since the limit of tokens was reached."


def guilty(mock: Mock) -> object:
    return converse(mock, plain, lambda mock, made: run(mock, made, whole(made) or {}))


def fixed(mock: Mock) -> object:
    made = plain(mock, [said(QUESTION)])
    if made is None or whole(made) is not None:
        return made
    note = said(NOTE.format(made.name), "assistant")
    return plain(mock, [said(QUESTION), note, said("Then call it with the city only.")])
