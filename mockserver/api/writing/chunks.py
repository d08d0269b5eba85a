"""The chunks of a stream, and how text is written into them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from json.encoder import encode_basestring as quoted

_LONGEST_KNOWN = 32  # characters of a text that is remembered
_MOST_KNOWN = 4096  # texts between the same bytes


class Chunks:
    """The ``choices`` of each chunk as JSON, and the tokens that it hands to the client."""

    def __init__(self) -> None:
        self.choices: list[bytes] = []
        self.counts: list[int] = []

    def add(self, choices: bytes, tokens: int = 0) -> None:
        """Add a chunk."""
        self.choices.append(choices)
        self.counts.append(tokens)

    def add_text(self, pieces: Sequence[str], step: int, before: str, behind: str) -> None:
        """Add the tokens of a text, so many in each chunk, as JSON between two constants."""
        if step == 1:
            known = _known(before, behind)
            self.choices += map(known.__getitem__, pieces)
            self.counts += [1] * len(pieces)
            return
        for at in range(0, len(pieces), step):
            run = pieces[at : at + step]
            self.add(f"{before}{quoted(''.join(run))}{behind}".encode(), len(run))


class _Known(dict[str, bytes]):
    """
    Texts as JSON between two constants.

    Models say the same words again and again: they are written once, and take their room once.
    """

    def __init__(self, before: str, behind: str) -> None:
        self._before = before
        self._behind = behind

    def __missing__(self, text: str) -> bytes:
        written = f"{self._before}{quoted(text)}{self._behind}".encode()
        if len(text) <= _LONGEST_KNOWN and len(self) < _MOST_KNOWN:
            self[text] = written
        return written


@lru_cache(maxsize=16)
def _known(before: str, behind: str) -> _Known:
    return _Known(before, behind)
