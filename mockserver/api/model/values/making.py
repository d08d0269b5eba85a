"""The interface of the search, for ``objects`` and ``arrays``, which can't import ``maker``."""

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
        """Return a value for a schema; ``name`` is the property or index that gets the value."""

    def place(self, flat: Flat) -> Place:
        """Return the name and the description of the property whose value is being made."""

    def fail(self, why: str) -> ImpossibleError:
        """Return the error that no value was found at the current path, for this reason."""
