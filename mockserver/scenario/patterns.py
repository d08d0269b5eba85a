"""How a scenario describes texts, values and numbers it does not know in full."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import translate
from functools import cache
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, Discriminator, Tag

from mockserver.core.quantities import Count

from .regexes import endless


@dataclass(frozen=True, slots=True)
class Range:
    """
    The bounds of a number, both included.

    ``min`` is the least that it may be. ``max`` is the most that it may be.
    """

    min: Count = 0
    max: Count | None = None

    def __post_init__(self) -> None:
        if self.max is not None and self.max < self.min:
            raise ValueError("'max' should not be less than 'min'")

    def __contains__(self, number: int) -> bool:
        return self.min <= number and (self.max is None or number <= self.max)

    def __str__(self) -> str:
        if self.min == self.max:
            return str(self.min)
        if self.max is None:
            return f"{self.min} or more"
        return f"{self.min} to {self.max}" if self.min else f"{self.max} or less"


def bounds(value: int | Range) -> Range:
    """Return the bounds that a single number or a range stands for."""
    return value if isinstance(value, Range) else Range(value, value)


def glob(pattern: str) -> Callable[[str], object]:
    """
    Return what tells whether a text fits a pattern with ``*`` and ``?``; a bracket is a bracket.

    >>> fits = glob("llama*")
    >>> bool(fits("llama3.1-8b")), bool(fits("qwen"))
    (True, False)
    """
    if "*" not in pattern and "?" not in pattern:
        return pattern.__eq__
    return re.compile(translate(pattern.replace("[", "[[]"))).match


def jsonpath(query: str) -> Callable[[Any], list[Any]]:
    """
    Return what finds all values at a JSONPath (RFC 9535) in a document.

    >>> jsonpath("$.tools[*].name")({"tools": [{"name": "a"}, {"name": "b"}]})
    ['a', 'b']

    Raises ValueError.
    """
    from jsonpath import JSONPathError

    try:
        compiled = _environment().compile(query)
    except (JSONPathError, RecursionError) as error:
        raise ValueError(f"is not a JSONPath as in RFC 9535 ({error.args[0]})") from error

    def found(document: Any) -> list[Any]:
        try:
            return list(compiled.findall(document))
        except (JSONPathError, RecursionError):  # a document too deep for anybody
            return []

    return found


@cache
def _environment() -> Any:
    from jsonpath import JSONPathEnvironment  # takes 50 ms to import, and few scenarios need it

    return JSONPathEnvironment(strict=True)


def _is_regex(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"is not a regular expression ({error})") from error
    if part := endless(pattern):
        raise ValueError(
            f"repeats a repetition, {part!r}, which may take for ever; repeat once, or write ++ or "
            "*+ inside"
        )
    return pattern


def _is_jsonpath(query: str) -> str:
    jsonpath(query)
    return query


Regex: TypeAlias = Annotated[str, AfterValidator(_is_regex)]
JsonPath: TypeAlias = Annotated[str, AfterValidator(_is_jsonpath)]


# The kind of a value decides what it is read as, so that an error speaks of one kind only.
def _number_or_range(value: object) -> str:
    return "range" if isinstance(value, (Mapping, Range)) else "number"


Number: TypeAlias = Annotated[
    Annotated[Count, Tag("number")] | Annotated[Range, Tag("range")],
    Discriminator(_number_or_range),
]
"""A number, or its bounds."""
