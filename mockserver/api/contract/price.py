"""The price of a model: what its tokens cost."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, TypeAlias

from pydantic import BeforeValidator, Field

from mockserver.core.units import Day

_MILLION = 1_000_000
_DIGITS = -6  # a millionth, as a power of ten


def _number(value: object) -> object:
    """Refuse values that pydantic would convert to a number: true, and digits in quotes."""
    if isinstance(value, (bool, str)):
        raise ValueError("should be a number of dollars")  # noqa: TRY004 (pydantic collects only ValueErrors)
    return value


Dollars: TypeAlias = Annotated[
    float, Field(ge=0, le=_MILLION, allow_inf_nan=False), BeforeValidator(_number)
]


@dataclass(frozen=True, slots=True)
class Price:
    """
    The price of a model, in US dollars per million tokens.

    ``prompt``: the price of the tokens of prompts. ``completion``: the price of the tokens of
    completions, reasoning included. ``cached``: the price of prompt tokens that come from the cache
    (null: the price of uncached tokens, as documented by the API). ``date``: the day on which the
    price was seen. ``source``: where the price was seen.
    """

    prompt: Dollars
    completion: Dollars
    cached: Dollars | None = None
    date: Day | None = None
    source: str = ""

    def of(self, prompt: int, completion: int, cached: int = 0) -> float:
        """Return what tokens cost in dollars; ``cached`` is how many prompt tokens were cached."""
        less = 0.0 if self.cached is None else cached * (self.prompt - self.cached)
        return (prompt * self.prompt + completion * self.completion - less) / _MILLION


def _mapping(value: object) -> object:
    """Refuse the former way to write a price: a list of two prices per token."""
    if isinstance(value, (list, tuple)):
        raise ValueError(  # noqa: TRY004 (pydantic collects only ValueErrors)
            "should be in dollars per million tokens, such as {prompt: 0.35, completion: 0.75}"
        )
    return value


NamedPrice: TypeAlias = Annotated[Price, BeforeValidator(_mapping)]


def per_token(dollars: float) -> str:
    """
    Convert a price per million tokens to the API's form: the price of one token, as a text.

    >>> per_token(0.35), per_token(2.25), per_token(0)
    ('0.00000035', '0.00000225', '0')
    """
    return format(Decimal(repr(dollars)).scaleb(_DIGITS).normalize(), "f")
