"""
Counts tokens without a vocabulary.

The estimator cuts a text where a byte-pair tokenizer would most likely cut it: before a word with
its leading space, after three digits, around punctuation. It needs no download, gives the same
pieces on every machine, and every number of tokens in the mock (limits, usage, truncation, the
events of a stream) is a count of these pieces, so that they always agree with each other.
How far it is from the real tokenizers is measured in ``tests/api/model/test_tokens.py``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any


def _pattern(letter: str, digit: str) -> re.Pattern[str]:
    return re.compile(
        rf"""
          \ ?{letter}{{1,9}}     # a word, or nine letters of a long one, with the space before it
        | {digit}{{1,3}}         # digits in threes
        | \ ?[^\w\s]{{1,3}}      # punctuation and symbols
        | _+
        | \n+
        | [^\S\n]+(?=\s|$)|\s  # other white space
        """,
        re.VERBOSE,
    )


_PIECE = _pattern(r"[^\W\d_]", r"\d")
_ASCII_PIECE = _pattern("[A-Za-z]", "[0-9]")  # the same in a third less time
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def pieces(text: str) -> list[str]:
    """
    Cut a text into tokens; joined, they are the text.

    >>> pieces("Hello world, it is 2026!")
    ['Hello', ' world', ',', ' it', ' is', ' ', '202', '6', '!']
    """
    if text.isascii():
        return _ASCII_PIECE.findall(text)
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


def count_images(content: object) -> int:
    """Return the number of images in a message's content."""
    if isinstance(content, str) or not isinstance(content, Sequence):
        return 0
    return sum(part["type"] in ("image", "image_url") for part in content)


def count_message(message: Mapping[str, Any]) -> int:
    """Return the tokens of a message's text and calls of tools."""
    total = count_content(message.get("content"))
    for call in message.get("tool_calls") or ():
        total += count(call["function"]["name"]) + count(call["function"]["arguments"])
    return total


def count_tools(tools: Sequence[Mapping[str, Any]]) -> int:
    """
    Return what the tools add to a prompt: two thirds of their JSON.

    Models are shown their tools in other notations; recorded prompts of gpt-oss with one to three
    tools cost between 0.6 times their JSON and as much.
    """
    texts = (json.dumps(tool["function"], separators=(",", ":")) for tool in tools)
    return sum(count(text) * 2 // 3 for text in texts)


def _split_wide(piece: str) -> list[str]:
    if not _WIDE.search(piece):
        return [piece]
    return re.findall(
        r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+",
        piece,
    )
