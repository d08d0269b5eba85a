"""Whether a part of an answer is passed off as the whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import pytest
from cerebras.cloud.sdk.types.chat.chat_completion import ChatCompletionResponse

from pytest_cerebras.session.handed_out.results import passed_off

CUT = "Once upon a time"


@dataclass(slots=True)
class Slotted:
    """A result with slots."""

    text: str
    complete: bool = True


class Plain:
    """A result with attributes."""

    def __init__(self, **fields):
        self.__dict__.update(fields)


class Pair(NamedTuple):
    """A result that is a sequence."""

    text: str
    tokens: int


def circular():
    ring = Plain(text=CUT)
    ring.self = ring
    return ring


def completion(finish_reason):
    message = {"role": "assistant", "content": CUT}
    choice = {"index": 0, "finish_reason": finish_reason, "message": message}
    return ChatCompletionResponse.construct(choices=[choice])


@pytest.mark.parametrize(
    "result",
    [
        CUT,
        f"\n{CUT} ",
        ["Once upon", " a time"],
        {"answer": CUT, "model": "m"},
        {"answer": {"parts": [{"text": CUT}]}},
        Slotted(CUT),
        Plain(text=CUT, finish_reason="stop"),
        Plain(text=CUT, status=5),
        Pair(CUT, 4),
        circular(),
        completion("stop"),
    ],
)
def test_passed_off(result):
    """The same text in any form, with nothing that warns, hides the cut."""
    assert passed_off(result, CUT)


@pytest.mark.parametrize(
    "result",
    [
        None,
        "",
        f"{CUT} [incomplete]",
        f"{CUT}, there was a queen.",
        "Sorry, the answer was cut off.",
        ValueError(CUT),
        Slotted(CUT, complete=False),
        Plain(text=CUT, is_truncated=True),
        Plain(text=CUT, finish_reason="length"),
        Plain(text=CUT, finish_reason=None),
        {"text": CUT, "status": "incomplete"},
        {"answer": {"text": CUT, "partial": True}},
        completion("length"),
        7,
    ],
)
def test_told(result):
    """Nothing, another text, an exception and a field that warns do not."""
    assert not passed_off(result, CUT)


def test_no_text():
    """Of an answer that was cut before its first word nothing can be passed off."""
    assert not passed_off("", "")
