"""
No ``max_completion_tokens``: the limit of the minute takes all that an answer might become.

``ChatCerebras`` of langchain-cerebras 0.8.2 (chat_models.py) sends none unless it is told one.
"""

from __future__ import annotations

from tests.corpus.apps.chat import body
from tests.corpus.apps.sdks import openai
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/cline/cline/issues/7881",
    scenario="minute-window",
    rule="excessive-reservation",
    package="langchain-cerebras 0.8.2",
    parameters={"spent": 9000},
)


def guilty(mock: Mock) -> object:
    return openai(mock).chat.completions.create(**body(max_completion_tokens=None))


def fixed(mock: Mock) -> object:
    return openai(mock).chat.completions.create(**body(max_completion_tokens=500))
