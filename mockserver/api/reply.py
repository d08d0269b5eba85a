"""What the model says: scripted by a scenario, else prose, cut at the length it may have."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Literal

from mockserver.quantities import Count

from . import prose, tokens


@dataclass(frozen=True, slots=True)
class Reply:
    """
    What a scenario lets the model say: a ``text``, or prose of so many ``tokens``.

    With neither, the model says some sentences of prose.
    """

    text: str | None = None
    tokens: Count | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A completion as tokens; joined, they are its text."""

    pieces: tuple[str, ...]
    finish_reason: Literal["stop", "length"]

    @property
    def text(self) -> str:
        """The whole completion."""
        return "".join(self.pieces)


def say(reply: Reply, *, limit: int, random: Random) -> Said:
    """Return what the model says in at most ``limit`` tokens."""
    if reply.text is not None:
        pieces = tokens.pieces(reply.text)
    elif reply.tokens is not None:
        pieces = prose.of_length(random, reply.tokens)
    else:
        pieces = prose.answer(random)
    cut = len(pieces) > limit
    return Said(tuple(pieces[:limit]), "length" if cut else "stop")
