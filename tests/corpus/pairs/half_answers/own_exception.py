"""A wrapper for others to call hands the part out; fixed, it raises an error that has the part."""

from __future__ import annotations

from tests.corpus.apps.chat import body
from tests.corpus.apps.sdks import cerebras
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/cline/cline/issues/12018",
    scenario="truncated-512",
    rule="half-answer",
    parameters={"tokens": 64},
)


class TruncatedError(Exception):
    """The answer was cut; ``part`` is what came of it."""

    def __init__(self, part: str) -> None:
        super().__init__("the limit of tokens has cut the answer")
        self.part = part


def ask(mock: Mock, *, look: bool) -> str:
    create = cerebras(mock).chat.completions.create
    choice = create(**body(max_completion_tokens=None)).choices[0]
    text = choice.message.content or ""
    if look and choice.finish_reason == "length":
        raise TruncatedError(text)
    return text


def guilty(mock: Mock) -> object:
    return ask(mock, look=False)


def fixed(mock: Mock) -> object:
    try:
        return ask(mock, look=True)
    except TruncatedError as error:
        return error
