"""
Regular expressions that take no longer than their text is long.

Python's own try one way after the other, and ``(a+)+$`` has so many that thirty letters hold the
server for ever. Those of Rust, which pydantic brings, try all ways at once. They know no
look-around and no references back.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from pydantic_core import SchemaError, SchemaValidator
from pydantic_core.core_schema import str_schema


@lru_cache(maxsize=256)
def searcher(pattern: str) -> Callable[[str], bool]:
    """
    Return what tells whether a text has a part that fits a pattern.

    >>> found = searcher("(?i)K.*l")
    >>> found("to kiel"), found("to Rome")
    (True, False)

    Raises ValueError with what is wrong with the pattern.
    """
    try:
        schema = str_schema(pattern=pattern, regex_engine="rust-regex", strict=True)
        return SchemaValidator(schema).isinstance_python
    except SchemaError as error:
        raise ValueError(_reason(str(error))) from error


def matcher(pattern: str) -> Callable[[str], bool]:
    r"""
    Return what tells whether all of a text fits a pattern.

    >>> matcher("a|b+")("bb"), matcher("a|b+")("bbc")
    (True, False)

    Raises ValueError with what is wrong with the pattern.
    """
    searcher(pattern)  # which may not be one, and yet be part of one: a)|(b
    return searcher(rf"\A(?:{pattern})\z")


def _reason(said: str) -> str:
    """Return the end of what the library says, which comes behind the pattern and a mark in it."""
    return said.strip().splitlines()[-1].strip().rpartition(": ")[2].removesuffix(".")
