"""A read time-out that is shorter than an answer takes: what was paid for is asked for again."""

from __future__ import annotations

from tests.corpus.apps.chat import body
from tests.corpus.apps.sdks import cerebras
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/simonw/llm/issues/1504",
    scenario="slow-answer",
    rule="unread-answer",
    without={"real": "its time-out is not scaled, and the answer comes before it"},
)


def guilty(mock: Mock) -> object:
    return cerebras(mock, timeout=2).chat.completions.create(**body())


def fixed(mock: Mock) -> object:
    return cerebras(mock, timeout=60).chat.completions.create(**body())
