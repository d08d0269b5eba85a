"""A conversation as messages for the API, and how to shorten it."""

from __future__ import annotations

import re
from dataclasses import dataclass

SYSTEM = "You are a friendly assistant. Answer briefly."
GO_ON = "Your answer was cut off. Go on exactly where it stopped."

Message = dict[str, str]


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and its complete answer; incomplete answers are never stored."""

    question: str
    answer: str


@dataclass(slots=True)
class Draft:
    """
    An answer that is still arriving.

    In ``finish_reason`` the server says why the answer ended. While ``finish_reason`` is None, the
    answer is incomplete, however long it is.
    """

    question: str
    text: str = ""
    model: str = ""
    finish_reason: str | None = None

    def add(self, text: str | None, finish_reason: str | None, model: str) -> None:
        """Add a piece of the answer."""
        self.text += text or ""
        self.model = model
        self.finish_reason = finish_reason or self.finish_reason

    @property
    def cut_off(self) -> bool:
        """Whether the answer reached the limit of tokens, and has text that can be continued."""
        return self.finish_reason == "length" and self.text != ""


def messages(turns: tuple[Turn, ...], draft: Draft) -> list[Message]:
    """Return the messages for the API; a draft with text is followed by a request to go on."""
    said = [{"role": "system", "content": SYSTEM}]
    for turn in turns:
        said.append({"role": "user", "content": turn.question})
        said.append({"role": "assistant", "content": turn.answer})
    said.append({"role": "user", "content": draft.question})
    if draft.text:
        said.append({"role": "assistant", "content": draft.text})
        said.append({"role": "user", "content": GO_ON})
    return said


def shortened(turns: tuple[Turn, ...], draft: Draft, complaint: str) -> tuple[Turn, ...]:
    """
    Return the turns without the oldest ones; there must be at least one turn.

    The API counts tokens, but the app can't. So if a fifth of the tokens is too much, the app
    removes a fifth of the characters.
    """
    size = sum(len(message["content"]) for message in messages(turns, draft))
    surplus = size * share_too_much(complaint)
    forgotten = 1
    while forgotten < len(turns) and _size(turns[:forgotten]) < surplus:
        forgotten += 1
    return turns[forgotten:]


def share_too_much(complaint: str) -> float:
    """
    Return the share of a prompt that is too much; 0 if the API did not say.

    >>> share_too_much("Please reduce the length. Current length is 10000 while limit is 8000")
    0.2
    """
    found = re.search(r"length is (\d+) while limit is (\d+)", complaint)
    if found is None:
        return 0.0
    length, limit = int(found[1]), int(found[2])
    return (length - limit) / length


def _size(turns: tuple[Turn, ...]) -> int:
    return sum(len(turn.question) + len(turn.answer) for turn in turns)
