"""All tokens went into thoughts, and nothing was said; fixed, the app asks with more room."""

from __future__ import annotations

from tests.corpus.apps.chat import body
from tests.corpus.apps.sdks import cerebras
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/cline/cline/issues/12018",
    scenario="reasoning-eats-budget",
    rule="half-answer",
)


def ask(mock: Mock, *, look: bool) -> str:
    create = cerebras(mock).chat.completions.create
    choice = create(**body()).choices[0]
    if look and not choice.message.content and choice.finish_reason == "length":
        choice = create(**body(max_completion_tokens=4000, reasoning_effort="low")).choices[0]
        return choice.message.content or "No answer came: the model was still thinking."
    return choice.message.content or ""


def guilty(mock: Mock) -> object:
    return ask(mock, look=False)


def fixed(mock: Mock) -> object:
    return ask(mock, look=True)
