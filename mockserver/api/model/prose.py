"""
Prose for answers without a script.

Faker supplies a pool of words. From these words 500 sentences are made, and from the sentences
2,047 passages, each on first use. An answer is a sentence and a passage, both chosen by the
caller's number, so the same number gives the same text in every process. Text drawn from a
``Random`` uses the same words and sentences.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import chain
from random import Random
from typing import Any, TypeAlias

from . import tokens

Pieces: TypeAlias = tuple[str, ...]

_POOL_SEED = 20240828  # the day on which the API opened; any constant would do
_POOL_SIZE = 600
_BANK_SIZE = 500
_PASSAGES = 2047  # coprime to ``_BANK_SIZE``, so consecutive numbers differ in both parts


def answer(number: int) -> Pieces:
    """Return a short answer of some sentences, as tokens; nearby numbers give different answers."""
    return _openings()[number % _BANK_SIZE] + _passage(number % _PASSAGES)


def prolonged(random: Random, pieces: Sequence[str], length: int) -> list[str]:
    """Return an answer extended by whole sentences to ``length`` tokens or more."""
    more = list(pieces)
    while len(more) < length:
        more += random.choice(_bank())
    return more


def sentences(random: Random, number: int) -> str:
    """Return text of ``number`` sentences."""
    drawn = random.choices(_bank(), k=number)
    return "".join(["".join(sentence) for sentence in drawn])[1:]


def words(random: Random, number: int) -> str:
    """Return ``number`` different words, without a full stop."""
    return " ".join(random.sample(_words(), number))


def of_length(number: int, length: int) -> Pieces:
    """Return an answer of exactly ``length`` tokens; the last token is a full stop."""
    if not length:
        return ()
    pieces = _openings()[number % _BANK_SIZE]
    while len(pieces) < length:
        pieces += _passage(number % _PASSAGES)
        number += 1
    kept = pieces[: length - 1]
    if kept and not kept[-1][-1].isalpha():
        kept = (*kept[:-1], " too")  # two full stops in a row would be one token
    return (*kept, ".")


@cache
def _bank() -> tuple[Pieces, ...]:
    """Return all sentences, each as tokens with a leading space."""
    random = Random(_POOL_SEED)
    known: dict[str, str] = {}  # stores each token once
    return tuple(
        tuple([known.setdefault(one, one) for one in tokens.pieces(f" {_sentence(random)}")])
        for _ in range(_BANK_SIZE)
    )


@cache
def _openings() -> tuple[Pieces, ...]:
    """Return all sentences without the leading space, for the beginning of a text."""
    return tuple((first[1:], *others) for first, *others in _bank())


@cache
def _passage(number: int) -> Pieces:
    """Return some sentences that continue a text."""
    random = Random(f"{_POOL_SEED}/{number}")
    return tuple(chain.from_iterable(random.choices(_bank(), k=random.randint(1, 7))))


def _sentence(random: Random) -> str:
    words = random.choices(_words(), k=random.randint(5, 14))
    words[2] += random.choice(("", ","))
    return " ".join(words).capitalize() + "."


@cache
def _words() -> Pieces:
    from faker import Factory

    fake: Any = Factory.create("en_US", providers=["faker.providers.lorem"])
    fake.seed_instance(_POOL_SEED)
    return tuple(dict.fromkeys(fake.words(nb=_POOL_SIZE)))
