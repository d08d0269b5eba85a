"""The evidence in a test, besides its requests, of how its app used the answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

Field: TypeAlias = tuple[str, object]
"""A name, and a value: a text, a number, a truth value or None."""


@dataclass(frozen=True, slots=True)
class Held:
    """
    A text that the app handed out, and ``where``: in a value of the test, its output or a file.

    ``beside`` has the fields of the object that holds the text, the text's own included.
    ``is_all`` says that a variable of the test holds the text and nothing else.
    """

    where: str
    text: str
    beside: tuple[Field, ...] = ()
    is_all: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """
    The evidence after a test has passed.

    ``held`` has the texts that are new in the test's variables, ``written`` those in its output,
    log and files, and ``kept`` those in values from before the first request. ``fields`` has all
    other new values, ``states`` all other values from before. ``looked`` says that the app may
    have checked how an answer ended, ``raised`` that the test caught an exception, ``catches``
    that it may have caught one. ``is_bare`` says that the app had no other way to mark an answer:
    it calls an SDK itself, it has printed, logged and warned about nothing, and the test holds only
    one text and no object with a state.
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
