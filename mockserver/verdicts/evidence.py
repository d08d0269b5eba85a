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

    ``beside`` are the fields of what holds it. ``is_new`` says that it was not there before the
    first request.
    """

    where: str
    text: str
    beside: tuple[Field, ...] = ()
    is_new: bool = True


@dataclass(frozen=True, slots=True)
class Evidence:
    """
    What is known when a test has gone well.

    ``held`` are the texts in its hands, ``fields`` all that says something of them. ``looked`` says
    that the app may have looked at ``finish_reason``, ``complained`` that it has written a warning
    or to standard error, ``raised`` that the test has met an exception, ``catches`` that it may
    have.
    """

    held: Sequence[Held] = ()
    fields: Sequence[Field] = ()
    looked: bool = False
    complained: bool = False
    raised: bool = False
    catches: bool = False
