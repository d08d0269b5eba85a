"""A generator of files writes what came; fixed, it leaves no file behind that is not whole."""

from __future__ import annotations

from pathlib import Path

from tests.corpus.apps.chat import body
from tests.corpus.apps.sdks import cerebras
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/justrach/codegraff/issues/146",
    scenario="silent-cut",
    rule="half-answer",
    parameters={"after_tokens": 60},
)


def write(mock: Mock, *, look: bool) -> None:
    text, finish = "", None
    for chunk in cerebras(mock).chat.completions.create(**body(stream=True)):
        text += chunk.choices[0].delta.content or ""
        if look:
            finish = chunk.choices[0].finish_reason or finish
    if not look or finish == "stop":
        Path("answer.md").write_text(f"# Answer\n\n{text}\n", encoding="utf-8")


def guilty(mock: Mock) -> object:
    return write(mock, look=False)


def fixed(mock: Mock) -> object:
    return write(mock, look=True)
