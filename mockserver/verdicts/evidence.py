"""What a test shows, besides its requests, of how its app took the answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

Field: TypeAlias = tuple[str, object]
"""A name, and a value that is a text, a number, a truth value or None."""


@dataclass(frozen=True, slots=True)
class Held:
    """
    A text that the app has handed out, and ``where``: in a value of the test, its output, a file.

    ``beside`` are the fields of what holds it, with its own name. ``is_all`` says that it is a
    variable of the test by itself.
    """

    where: str
    text: str
    beside: tuple[Field, ...] = ()
    is_all: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """
    What is known when a test has gone well.

    ``held`` are the texts that are new in its hands, ``written`` those in its output, its log and
    its files, ``kept`` those in what it had before the first request. ``fields`` are all else that
    is new, ``states`` all else that it had before. ``looked`` says that the app may have looked at
    how an answer ended, ``raised`` that the test has met an exception, ``catches`` that it may
    have. ``is_bare`` says that the app can't have told of an answer in any other way: it calls an
    SDK itself, has printed, logged and warned of nothing, and the test holds one text and nothing
    that has a state.
    """

    held: Sequence[Held] = ()
    written: Sequence[Held] = ()
    kept: Sequence[Held] = ()
    fields: Sequence[Field] = ()
    states: Sequence[Field] = ()
    looked: bool = False
    raised: bool = False
    catches: bool = False
    is_bare: bool = False
