"""Patterns for texts, JSON values and numbers."""

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
"""At most this many values of a JSONPath are compared, since ``$..*..*..*`` finds very many."""


@dataclass(frozen=True, slots=True)
class Range:
    """
    The bounds of a number, inclusive.

    ``min`` is the smallest allowed number. ``max`` is the largest allowed number.
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
    """Return a number as a range with only that number; a range is returned unchanged."""
    return value if isinstance(value, Range) else Range(value, value)


def glob(pattern: str) -> Callable[[str], object]:
    """
    Return a matcher for a pattern with ``*`` and ``?``; brackets have no special meaning.

    >>> fits = glob("llama*")
    >>> bool(fits("llama3.1-8b")), bool(fits("qwen"))
    (True, False)
    """
    if "*" not in pattern and "?" not in pattern:
        return pattern.__eq__
    return re.compile(translate(pattern.replace("[", "[[]"))).match


def jsonpath(query: str) -> Callable[[Any], list[Any]]:
    """
    Return a function that finds the values at a JSONPath (RFC 9535) in a document.

    >>> jsonpath("$.tools[*].name")({"tools": [{"name": "a"}, {"name": "b"}]})
    ['a', 'b']

    Raises ValueError.
    """
    from jsonpath import JSONPathError

    try:
        compiled = _environment().compile(query)
    except (JSONPathError, RecursionError) as error:
        raise ValueError(f"is not a JSONPath of RFC 9535 ({error.args[0]})") from error

    def found(document: Any) -> list[Any]:
        try:
            return [node.value for node in islice(compiled.finditer(document), _MOST_FOUND)]
        except (JSONPathError, RecursionError):  # the document is nested too deeply
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
    """Return whether a text matches; an invalid pattern matches nothing (RFC 9535, 2.4.6)."""
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
            f"is not a regular expression in the syntax of Rust and RE2 ({error})"
        ) from error
    return pattern


def _is_jsonpath(query: str) -> str:
    jsonpath(query)
    return query


Regex: TypeAlias = Annotated[str, AfterValidator(_is_regex)]
JsonPath: TypeAlias = Annotated[str, AfterValidator(_is_jsonpath)]


# Decides whether a value is read as a number or as a range, so that an error message does not
# describe both attempts.
def _number_or_range(value: object) -> str:
    return "range" if isinstance(value, (Mapping, Range)) else "number"


Number: TypeAlias = Annotated[
    Annotated[Count, Tag("number")] | Annotated[Range, Tag("range")],
    Discriminator(_number_or_range),
]
"""A number or a range."""
