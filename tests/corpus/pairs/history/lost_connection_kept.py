"""A stream breaks with an exception, and what had come by then is kept as the answer."""

from __future__ import annotations

import httpx

from tests.corpus.apps.chat import events, pieces, said
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/justrach/codegraff/issues/146",
    scenario="stream-cut",
    rule="half-answer",
    parameters={"times": 1},
)
FIRST, SECOND = said("How do tides work?"), said("And why are there two of them each day?")


def answer(mock: Mock, messages: list[dict[str, str]]) -> tuple[str, bool]:
    """Return a text, and whether its stream came to an end."""
    text = ""
    try:
        for event in events(mock, messages=messages):
            if event.get("done"):
                return text, True
            text += pieces(event)
    except httpx.TransportError:
        pass
    return text, False


def guilty(mock: Mock) -> object:
    text, _ = answer(mock, [FIRST])
    return answer(mock, [FIRST, said(text, "assistant"), SECOND])


def fixed(mock: Mock) -> object:
    text, whole = answer(mock, [FIRST])
    kept = [FIRST, said(text, "assistant")] if whole else []
    return answer(mock, [*kept, SECOND])
