"""The interface of the search for the makers of objects and arrays, which can't import it."""

from __future__ import annotations

from random import Random
from typing import Any, Protocol

from .budget import Budget, ImpossibleError
from .flattening import Flat
from .mentions import Mentions, Place
from .schemas import AnySchema
from .validity import Validity


class Making(Protocol):
    """The search for one value."""

    random: Random
    budget: Budget
    mentions: Mentions
    validity: Validity

    def make(self, schema: AnySchema, depth: int, name: str | None = None) -> Any:
        """Return a value for a schema at some depth; ``name`` is that of the property or item."""

    def place(self, flat: Flat) -> Place:
        """Return the name of the property with a value, and the descriptions of the value."""

    def fail(self, why: str) -> ImpossibleError:
        """Return the error that says why there is no value here."""
