"""How a scenario describes texts, values and numbers it does not know in full."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import translate
from functools import cache
from itertools import islice
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, Discriminator, Tag

from mockserver.core.regexes import matcher, searcher
from mockserver.core.units import Count

_MOST_FOUND = 10_000
"""More values at a JSONPath say nothing more, and ``$..*..*..*`` finds very many."""


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
            return [node.value for node in islice(compiled.finditer(document), _MOST_FOUND)]
        except (JSONPathError, RecursionError):  # a document too deep for anybody
            return []

    return found


@cache
def _environment() -> Any:
    from jsonpath import JSONPathEnvironment  # takes 50 ms to import, and few scenarios need it
    from jsonpath.function_extensions import Match, Search

    class Whole(Match):
        def __call__(self, value: object, pattern: object) -> bool:
            return _fits(matcher, pattern, value)

    class Part(Search):
        def __call__(self, value: object, pattern: object) -> bool:
            return _fits(searcher, pattern, value)

    environment = JSONPathEnvironment(strict=True)
    environment.function_extensions |= {"match": Whole(), "search": Part()}
    return environment


def _fits(reader: Callable[[str], Callable[[str], bool]], pattern: object, value: object) -> bool:
    """Return whether a text fits; nothing fits a pattern that is none (RFC 9535, 2.4.6)."""
    if not isinstance(value, str) or not isinstance(pattern, str):
        return False
    try:
        return reader(pattern)(value)
    except ValueError:
        return False


def _is_regex(pattern: str) -> str:
    try:
        searcher(pattern)
    except ValueError as error:
        raise ValueError(
            f"is not a regular expression as Rust and RE2 have them ({error})"
        ) from error
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
