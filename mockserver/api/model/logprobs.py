"""
Log probabilities of tokens, and their JSON.

"Odds" are the log probabilities of a token and of its alternatives. The numbers are invented. The
shapes come from the server's OpenAPI document: ``LogProbsContent`` in chat completions,
``CompletionLogProbs`` in text completions. The generated token is always the likeliest one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from json.encoder import encode_basestring as quoted
from random import Random
from typing import Any

from . import prose
from .generated_choice import Odds

_DRAWN = 256  # the tokens of a text for which odds are drawn; more would take too long


def wanted(body: Mapping[str, Any]) -> int | None:
    """Return how many of the likeliest tokens are requested; None without log probabilities."""
    asked = body.get("logprobs")
    if asked is None or asked is False:
        return None
    return (body.get("top_logprobs") or 0) if asked is True else int(asked)


def drawn(pieces: Sequence[str], top: int, random: Random) -> tuple[Odds, ...]:
    """
    Return the odds of each token, with the ``top`` likeliest alternatives at its position.

    A long text reuses the odds of its beginning.
    """
    fresh = tuple(_odds(piece, top, random) for piece in pieces[:_DRAWN])
    again = (_like(random.choice(fresh), piece) for piece in pieces[_DRAWN:])
    return (*fresh, *again)


def of_prompt(pieces: Sequence[str], top: int, random: Random) -> tuple[Odds, ...]:
    """
    Return the odds of a prompt; its first token has the log probability 0.

    The OpenAI API returns null for the first token, but the server's OpenAPI document allows only
    numbers.
    """
    known = drawn(pieces[1:], top, random)
    return (Odds(pieces[0], 0.0, None), *known) if pieces else ()


class Chat:
    """
    Encodes the ``logprobs`` of chat completions.

    A long text has a hundred thousand odds, so alternatives that tokens share are encoded once.
    """

    def __init__(self) -> None:
        self._known: dict[int, tuple[object, str]] = {}

    def written(self, odds: Sequence[Odds]) -> str:
        """Return the odds of some tokens as JSON."""
        return f'{{"content":[{",".join(map(self._token, odds))}]}}'

    def _token(self, odds: Odds) -> str:
        own = _entry(odds.token, odds.logprob)
        likeliest = "" if odds.others is None else f"{own}{self._written(odds.others)}"
        return f'{own[:-1]},"top_logprobs":[{likeliest}]}}'

    def _written(self, others: tuple[tuple[str, float], ...]) -> str:
        known = self._known.get(id(others))
        if known is None:  # keeping ``others`` keeps its id from being reused
            known = others, "".join(f",{_entry(*other)}" for other in others)
            self._known[id(others)] = known
        return known[1]


def text(odds: Sequence[Odds], *, offset: int = 0) -> dict[str, Any]:
    """Return the ``logprobs`` of a text completion; ``offset`` is the offset of the first token."""
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
    alternatives = tuple(zip(others[:top], odds[:top], strict=True))
    return Odds(piece, logprob, alternatives[1:] if top else None)


def _like(odds: Odds, piece: str) -> Odds:
    """Return the same odds for the token ``piece``; rename an alternative that is ``piece``."""
    others = odds.others
    if others and any(piece == token for token, _ in others):
        others = tuple((f"{token}s" if token == piece else token, one) for token, one in others)
    return Odds(piece, odds.logprob, others)


def _entry(token: str, logprob: float) -> str:
    return (
        f'{{"token":{quoted(token)},"logprob":{logprob!r},'
        f'"bytes":[{",".join(map(str, token.encode()))}]}}'
    )
