"""
How likely the model found what it said.

The numbers are invented, the shapes those of the server's OpenAPI document: ``LogProbsContent`` in
chat completions, ``CompletionLogProbs`` in text completions. The token that was said is always
the likeliest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from . import prose
from .said import Odds


def wanted(body: Mapping[str, Any]) -> int | None:
    """Return how many of the likeliest tokens are asked for, or None for no odds at all."""
    asked = body.get("logprobs")
    if asked is None or asked is False:
        return None
    return (body.get("top_logprobs") or 0) if asked is True else int(asked)


def drawn(pieces: Sequence[str], top: int, random: Random) -> tuple[Odds, ...]:
    """Return the odds of each token, with so many of the likeliest ones in its place."""
    return tuple(_odds(piece, top, random) for piece in pieces)


def of_prompt(pieces: Sequence[str], top: int, random: Random) -> tuple[Odds, ...]:
    """
    Return the odds of a prompt; its first token, which nothing comes before, is certain.

    The OpenAI API has null there, but the server's own document has numbers only.
    """
    known = drawn(pieces[1:], top, random)
    return (Odds(pieces[0], 0.0, ()), *known) if pieces else ()


def chat(odds: Sequence[Odds]) -> dict[str, Any]:
    """Return the ``logprobs`` of a choice of a chat completion."""
    return {
        "content": [
            {
                **_entry(one.token, one.logprob),
                "top_logprobs": [_entry(*other) for other in one.alternatives],
            }
            for one in odds
        ]
    }


def text(odds: Sequence[Odds], *, offset: int = 0) -> dict[str, Any]:
    """Return the ``logprobs`` of a choice of a text completion, or of a part from an offset on."""
    offsets = []
    for one in odds:
        offsets.append(offset)
        offset += len(one.token)
    return {
        "text_offset": offsets,
        "token_logprobs": [one.logprob for one in odds],
        "tokens": [one.token for one in odds],
        "top_logprobs": [dict(one.alternatives) for one in odds],
    }


def _odds(piece: str, top: int, random: Random) -> Odds:
    logprob = -round(random.uniform(0.0001, 0.5), 6)
    others, odds = [piece], [logprob]
    if top > 1:
        others += [f" {word}" for word in prose.words(random, top).split() if f" {word}" != piece]
    while len(odds) < top:
        odds.append(round(odds[-1] - random.uniform(0.5, 1.5), 6))
    return Odds(piece, logprob, tuple(zip(others[:top], odds[:top], strict=True)))


def _entry(token: str, logprob: float) -> dict[str, Any]:
    return {"token": token, "logprob": logprob, "bytes": list(token.encode())}
