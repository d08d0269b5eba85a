"""What a test shows, besides its requests, about how the app used the answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

Field: TypeAlias = tuple[str, object]
"""A name, and a value: a text, a number, a truth value or None."""


@dataclass(frozen=True, slots=True)
class Held:
    """
    A text that the app passed on; ``where`` is a value of the test, an output or a file.

    ``beside`` has all fields of the object that holds the text, including the field of the text.
    ``is_all`` is true if a variable of the test holds the text and nothing else.
    """

    where: str
    text: str
    beside: tuple[Field, ...] = ()
    is_all: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """
    The evidence after a test has passed.

    ``held`` has the new texts in the test's variables, ``written`` the texts in its output, log and
    files, and ``kept`` the texts in values that existed before the first request. ``fields`` has
    all other new values, and ``states`` all other values that existed before. ``looked`` is true if
    the app may have checked how an answer ended, ``raised`` if the test caught an exception, and
    ``catches`` if the test may have caught one. ``is_bare`` is true if the app had no other way to
    mark an answer: the app calls an SDK itself and has not printed, logged or warned, and the test
    holds only one text and no object with a state.
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
