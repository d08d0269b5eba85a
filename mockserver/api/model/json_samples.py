"""
A value that a JSON Schema allows, drawn from the ``Random`` that is handed in.

It knows the keywords of draft 2020-12 and, of older drafts, those that are still written. What
there is no value for is told in a sentence: a wrong value never goes out in silence. No library
does this with a Random of the caller's, in a time that is bounded.
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

_STEPS = 7_000  # some 25 milliseconds, for all that may be; half of them for what must be
_CHECKS = 5_000  # for a last look at the whole
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
    Return a value that the schema allows, with what is mentioned where it may be.

    A ``text`` stands in the first string of it that may say anything, at any length. Raises
    ImpossibleError where no value is found, within a number of steps, or the schema is none. So
    many values ``beside`` each other, this one included, share the steps.
    """
    try:
        return _found(schema, random, text, Mentions() if mentions is None else mentions, beside)
    except ImpossibleError:
        raise
    except _SENSELESS:  # a client can write anything where a schema should be
        raise ImpossibleError("it makes no sense") from None


def json_object(random: Random, text: str | None = None) -> dict[str, Any]:
    """Return some object, as an answer to ``json_object``; a ``text`` is its last value."""
    made = {key: prose.words(random, 2) for key in prose.words(random, _JSON_OBJECT).split()}
    return made if text is None else {**made, list(made)[-1]: text}


def _found(
    schema: AnySchema, random: Random, text: str | None, mentions: Mentions, beside: int
) -> Any:
    """Search for all that may be, then for what must be."""
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
