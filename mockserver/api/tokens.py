"""
Counts tokens without a vocabulary.

The estimator cuts a text where a byte-pair tokenizer would most likely cut it: before a word with
its leading space, after three digits, around punctuation. It needs no download, gives the same
pieces on every machine, and every number of tokens in the mock (limits, usage, truncation, the
events of a stream) is a count of these pieces, so that they always agree with each other.
How far it is from the real tokenizers is measured in ``tests/api/test_tokens.py``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

_PIECE = re.compile(
    r"""
      \ ?[^\W\d_]{1,9}     # a word, or nine letters of a long one, with the space before it
    | \d{1,3}              # digits in threes
    | \ ?[^\w\s]{1,3}      # punctuation and symbols
    | _+
    | \n+
    | [^\S\n]+(?=\s|$)|\s  # other white space
    """,
    re.VERBOSE,
)
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def pieces(text: str) -> list[str]:
    """
    Cut a text into tokens; joined, they are the text.

    >>> pieces("Hello world, it is 2026!")
    ['Hello', ' world', ',', ' it', ' is', ' ', '202', '6', '!']
    """
    found = _PIECE.findall(text)
    if _WIDE.search(text):
        return [part for piece in found for part in _split_wide(piece)]
    return found


def count(text: str) -> int:
    """Return the number of tokens in a text."""
    return len(pieces(text))


def count_content(content: object) -> int:
    """Return the number of tokens in a message's content: text, a list of parts, or null."""
    if isinstance(content, str):
        return count(content)
    if isinstance(content, Sequence):
        return sum(count(str(part.get("text", ""))) for part in content if isinstance(part, dict))
    return 0


def count_messages(messages: Sequence[Mapping[str, Any]], *, base: int, each: int) -> int:
    """
    Return the prompt tokens of a conversation.

    ``base`` is what the model's chat template costs, ``each`` what it adds to every message.
    """
    texts = sum(count_content(message.get("content")) for message in messages)
    calls = sum(
        count(call["function"]["name"]) + count(call["function"]["arguments"])
        for message in messages
        for call in message.get("tool_calls") or ()
    )
    return base + each * len(messages) + texts + calls


def _split_wide(piece: str) -> list[str]:
    if not _WIDE.search(piece):
        return [piece]
    return re.findall(
        r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+",
        piece,
    )
