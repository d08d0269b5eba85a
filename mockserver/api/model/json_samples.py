"""
Draws a random value that a JSON Schema allows, from a ``Random`` that the caller passes.

The keywords of draft 2020-12 are supported, and so are older keywords that are still in use. If no
value is found, an error gives the reason; a wrong value is never returned. No library does this in
bounded time with the caller's ``Random``.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from . import prose
from .values.budget import Budget, ExhaustedError, ImpossibleError
from .values.maker import Maker
from .values.mentions import Mentions
from .values.schemas import AnySchema

__all__ = ["AnySchema", "ImpossibleError", "Mentions", "json_object", "sample"]

_STEPS = 7_000  # about 25 ms; the search for a value without optional parts gets half as many
_CHECKS = 5_000  # steps of the final check of the whole value
_TRIES = 3
_JSON_OBJECT = 3  # keys of an object without a schema
_SENSELESS = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


def sample(
    schema: AnySchema,
    random: Random,
    text: str | None = None,
    mentions: Mentions | None = None,
    beside: int = 1,
) -> Any:
    """
    Return a value that the schema allows, with values from ``mentions`` where they fit.

    ``text`` becomes the first string without a constraint. ``beside`` counts the values, this one
    included, that share the budget of steps. Raises ImpossibleError if the schema is invalid, or if
    no value is found within the budget.
    """
    try:
        return _found(schema, random, text, Mentions() if mentions is None else mentions, beside)
    except ImpossibleError:
        raise
    except _SENSELESS:  # a client can write anything where a schema should be
        raise ImpossibleError("it makes no sense") from None


def json_object(random: Random, text: str | None = None) -> dict[str, Any]:
    """Return an object for ``response_format: json_object``; ``text`` becomes its last value."""
    made = {key: prose.words(random, 2) for key in prose.words(random, _JSON_OBJECT).split()}
    return made if text is None else {**made, list(made)[-1]: text}


def _found(
    schema: AnySchema, random: Random, text: str | None, mentions: Mentions, beside: int
) -> Any:
    """Try to find a value with optional parts, or else one with only the required parts."""
    if not isinstance(schema, (Mapping, bool)):
        raise ImpossibleError("it makes no sense")
    sparse = False
    for at in range(_TRIES):
        sparse = sparse or at == _TRIES - 1
        maker = Maker(
            schema, random, Budget((_STEPS // 2 if sparse else _STEPS) // beside), mentions, text
        )
        maker.sparse = sparse
        try:
            made = maker.make(schema, 0)
        except ExhaustedError:
            if maker.sparse:
                raise
            sparse = True
            continue
        maker.budget.left = _CHECKS // beside
        if maker.validity.allows(schema, made):
            return made
    raise ImpossibleError("no value was right")
