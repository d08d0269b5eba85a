"""The chunks of a stream, and how text is encoded into them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from json.encoder import encode_basestring as quoted

_LONGEST_CACHED = 32  # characters
_MOST_CACHED = 4096  # texts between the same two constants


class Chunks:
    """The ``choices`` of each chunk as JSON, and how many tokens the chunk delivers."""

    def __init__(self) -> None:
        self.choices: list[bytes] = []
        self.counts: list[int] = []

    def add(self, choices: bytes, tokens: int = 0) -> None:
        """Add a chunk."""
        self.choices.append(choices)
        self.counts.append(tokens)

    def add_text(self, pieces: Sequence[str], step: int, before: str, behind: str) -> None:
        """Add a text, ``step`` tokens per chunk, as JSON between ``before`` and ``behind``."""
        if step == 1:
            self.choices += map(_cache(before, behind).__getitem__, pieces)
            self.counts += [1] * len(pieces)
            return
        for at in range(0, len(pieces), step):
            run = pieces[at : at + step]
            self.add(f"{before}{quoted(''.join(run))}{behind}".encode(), len(run))


class _TextCache(dict[str, bytes]):
    """
    Maps each text to its JSON between the constants ``before`` and ``behind``.

    Models repeat the same words, so each word is encoded and stored only once.
    """

    def __init__(self, before: str, behind: str) -> None:
        self._before = before
        self._behind = behind

    def __missing__(self, text: str) -> bytes:
        encoded = f"{self._before}{quoted(text)}{self._behind}".encode()
        if len(text) <= _LONGEST_CACHED and len(self) < _MOST_CACHED:
            self[text] = encoded
        return encoded


@lru_cache(maxsize=16)
def _cache(before: str, behind: str) -> _TextCache:
    return _TextCache(before, behind)
