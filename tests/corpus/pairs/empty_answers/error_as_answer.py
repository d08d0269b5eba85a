"""An error comes with the status 200, and an app that expects little takes it for an empty text."""

from __future__ import annotations

from tests.corpus.apps.chat import checked
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/vercel/ai/issues/2698",
    scenario="error-in-200",
    rule="half-answer",
)


def ask(mock: Mock, *, look: bool) -> dict[str, str]:
    answer = checked(mock)
    if look and "choices" not in answer:
        return {"text": "", "error": str(answer.get("message"))}
    choices = answer.get("choices") or [{}]
    return {"text": choices[0].get("message", {}).get("content", "")}


def guilty(mock: Mock) -> object:
    return ask(mock, look=False)


def fixed(mock: Mock) -> object:
    return ask(mock, look=True)
