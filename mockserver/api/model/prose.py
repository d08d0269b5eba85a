"""
What the model says when no scenario tells it what to say.

Faker supplies a pool of words, some hundred sentences are made of them, and some thousand passages
of these, each once and lazily. An answer is a sentence and the passage behind it: both are found by
a number that is handed in, so that the same number gives the same text in every process. What is
drawn by a ``Random`` is drawn from the same words and sentences.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import chain
from random import Random
from typing import Any, TypeAlias

from . import tokens

Pieces: TypeAlias = tuple[str, ...]

_POOL_SEED = 20240828  # the day on which the API opened; any constant does
_POOL_SIZE = 600
_BANK_SIZE = 500
_PASSAGES = 2047  # prime to the size of the bank: neighbours begin and go on in other words


def answer(number: int) -> Pieces:
    """Return a short answer of some sentences, as tokens; other ones for the numbers around it."""
    return _openings()[number % _BANK_SIZE] + _passage(number % _PASSAGES)


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


def of_length(number: int, length: int) -> Pieces:
    """Return an answer of exactly so many tokens, the last of them a full stop."""
    if not length:
        return ()
    said = _openings()[number % _BANK_SIZE]
    while len(said) < length:
        said += _passage(number % _PASSAGES)
        number += 1
    kept = said[: length - 1]
    if kept and not kept[-1][-1].isalpha():
        kept = (*kept[:-1], " too")  # a full stop after a full stop would be one token, not two
    return (*kept, ".")


@cache
def _bank() -> tuple[Pieces, ...]:
    """Return the sentences that there are, each as its tokens with a space before it."""
    random = Random(_POOL_SEED)
    known: dict[str, str] = {}  # a word takes its room once
    return tuple(
        tuple([known.setdefault(one, one) for one in tokens.pieces(f" {_sentence(random)}")])
        for _ in range(_BANK_SIZE)
    )


@cache
def _openings() -> tuple[Pieces, ...]:
    """Return the sentences as they begin a text."""
    return tuple((first[1:], *others) for first, *others in _bank())


@cache
def _passage(number: int) -> Pieces:
    """Return some sentences that go on with a text."""
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
