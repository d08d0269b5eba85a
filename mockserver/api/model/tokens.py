"""
Counts tokens without a vocabulary.

The estimator cuts a text where a byte-pair tokenizer would most likely cut it: before a word with
its leading space, after three digits, around punctuation. The estimator needs no download and gives
the same pieces on every machine. All numbers of tokens in the mock (limits, usage, truncation, the
events of a stream) count these pieces, so the numbers agree. ``tests/api/model/test_tokens.py``
measures the difference from real tokenizers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache, partial
from typing import Any, TypeAlias


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
_ASCII_PIECE = _pattern("[A-Za-z]", "[0-9]")  # the same result for ASCII, a third faster
_MOST_TOOLS = 1_000
# letters; only counts of texts between these lengths are cached: shorter texts are counted fast,
# and longer ones take much memory
_SHORT, _LONG = 2_000, 20_000
_COUNTED = 250_000  # letters
_COMPACT = json.JSONEncoder(separators=(",", ":")).encode
Counter: TypeAlias = Callable[[str], int]
"""Returns the number of tokens in a text."""
_WIDE = cache(partial(re.compile, r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"))  # takes 3 ms


def pieces(text: str) -> list[str]:
    """
    Cut a text into tokens, which give the text again when joined.

    >>> pieces("Hello world, it is 2026!")
    ['Hello', ' world', ',', ' it', ' is', ' ', '202', '6', '!']
    """
    if text.isascii():
        return _ASCII_PIECE.findall(text)
    found = _PIECE.findall(text)
    if _WIDE().search(text):
        return [part for piece in found for part in _split_wide(piece)]
    return found


def count(text: str) -> int:
    """Return the number of tokens in a text; a cache avoids counting repeated texts again."""
    return _counted(text) if _SHORT < len(text) < _LONG else len(pieces(text))


@lru_cache(maxsize=512)
def _counted(text: str) -> int:
    return len(pieces(text))


class Meter:
    """
    Counts the tokens of several texts.

    Only the first 250,000 ``letters`` are counted, because counting takes long and few contexts
    hold more text. After that, numbers are estimated from the average length of the ``tokens`` so
    far.
    """

    def __init__(self) -> None:
        self.letters = 0
        self.tokens = 0

    def __call__(self, text: str) -> int:
        """Return the number of tokens in a text."""
        room = _COUNTED - self.letters
        if len(text) > room:
            self._count(text[: max(room, 0)])
            return round(len(text) * self.tokens / self.letters)
        return self._count(text)

    def _count(self, text: str) -> int:
        found = count(text)
        self.letters += len(text)
        self.tokens += found
        return found

    def takes(self, letters: int, tokens: int) -> bool:
        """Add the known counts of a text; return False if its tokens have to be estimated."""
        total = self.letters + letters
        if total > _COUNTED:
            return False
        self.letters = total
        self.tokens += tokens
        return True


def count_content(content: object, count_text: Counter = count) -> int:
    """Return the number of tokens in a message's content: text, a list of parts, or null."""
    if isinstance(content, str):
        return count_text(content)
    if isinstance(content, Sequence):
        return sum(
            count_text(str(part.get("text", ""))) for part in content if isinstance(part, dict)
        )
    return 0


def count_images(content: object) -> int:
    """Return the number of images in a message's content."""
    if isinstance(content, str) or not isinstance(content, Sequence):
        return 0
    return sum(part["type"] in ("image", "image_url") for part in content)


def count_message(message: Mapping[str, Any], count_text: Counter = count) -> int:
    """Return the tokens of a message's text and tool calls."""
    total = count_content(message.get("content"), count_text)
    for call in message.get("tool_calls") or ():
        function = call["function"]
        total += count_text(function["name"]) + count_text(function["arguments"])
    return total


def count_tools(tools: Sequence[Mapping[str, Any]], count_text: Counter = count) -> int:
    """
    Return how many tokens the tools add to a prompt: two thirds of the tokens of their JSON.

    Models see their tools in notations other than JSON: in recorded prompts of gpt-oss, one to
    three tools cost 0.6 to 1.0 times the tokens of their JSON. Tools after the first thousand are
    estimated from the average of that thousand.
    """
    first = tools[:_MOST_TOOLS]
    found = sum(count_text(_COMPACT(tool["function"])) * 2 // 3 for tool in first)
    return found * len(tools) // len(first) if len(tools) > len(first) else found


def _split_wide(piece: str) -> list[str]:
    if not _WIDE().search(piece):
        return [piece]
    return re.findall(
        r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+",
        piece,
    )
