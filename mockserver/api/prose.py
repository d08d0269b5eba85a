"""
What the model says when no scenario tells it what to say.

Faker supplies a pool of words, and some hundred sentences are made of them, once and lazily.
Answers are drawn from these by the ``Random`` that is handed in, so that the same seed gives the
same text in every process.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from random import Random
from typing import Any

from . import tokens

_POOL_SEED = 20240828  # the day on which the API opened; any constant does
_POOL_SIZE = 600
_BANK_SIZE = 500


def answer(random: Random) -> list[str]:
    """Return a short answer of some sentences, as tokens."""
    first, *others = random.choices(_bank(), k=random.randint(2, 8))
    said = [first[0][1:], *first[1:]]
    for sentence in others:
        said += sentence
    return said


def prolonged(random: Random, said: Sequence[str], length: int) -> list[str]:
    """Return an answer that goes on until it has so many tokens, to the end of a sentence."""
    more = list(said)
    while len(more) < length:
        more += random.choice(_bank())
    return more


def sentences(random: Random, number: int) -> str:
    """Return so many sentences."""
    drawn = random.choices(_bank(), k=number)
    return "".join(["".join(sentence) for sentence in drawn])[1:]


def words(random: Random, number: int) -> str:
    """Return so many different words, without a full stop."""
    return " ".join(random.sample(_words(), number))


def of_length(random: Random, length: int) -> list[str]:
    """Return an answer of exactly so many tokens, the last of them a full stop."""
    said = prolonged(random, (), length)
    kept = said[: max(0, length - 1)]
    if kept:
        kept[0] = kept[0][1:]
    if kept and not kept[-1][-1].isalpha():
        kept[-1] = " too"  # a full stop after a full stop would be one token, not two
    return [*kept, "."] if length else []


@cache
def _bank() -> tuple[tuple[str, ...], ...]:
    """Return the sentences that there are, each as its tokens with a space before it."""
    random = Random(_POOL_SEED)
    return tuple(tuple(tokens.pieces(f" {_sentence(random)}")) for _ in range(_BANK_SIZE))


def _sentence(random: Random) -> str:
    words = random.choices(_words(), k=random.randint(5, 14))
    words[2] += random.choice(("", ","))
    return " ".join(words).capitalize() + "."


@cache
def _words() -> tuple[str, ...]:
    from faker import Factory

    fake: Any = Factory.create("en_US", providers=["faker.providers.lorem"])
    fake.seed_instance(_POOL_SEED)
    return tuple(dict.fromkeys(fake.words(nb=_POOL_SIZE)))
