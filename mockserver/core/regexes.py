"""
Regular expressions in linear time.

Python's engine backtracks: with ``(a+)+$``, thirty characters block the server practically forever.
Rust's engine, which pydantic includes, follows all alternatives at once. Rust's engine supports
neither look-around nor back-references.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from pydantic_core import SchemaError, SchemaValidator
from pydantic_core.core_schema import str_schema


@lru_cache(maxsize=256)
def searcher(pattern: str) -> Callable[[str], bool]:
    """
    Return a function that tells whether a pattern matches somewhere in a text.

    >>> found = searcher("(?i)K.*l")
    >>> found("to kiel"), found("to Rome")
    (True, False)

    Raises ValueError with the reason if the pattern is invalid.
    """
    try:
        schema = str_schema(pattern=pattern, regex_engine="rust-regex", strict=True)
        return SchemaValidator(schema).isinstance_python
    except SchemaError as error:
        raise ValueError(_reason(str(error))) from error


def matcher(pattern: str) -> Callable[[str], bool]:
    r"""
    Return a function that tells whether a pattern matches a whole text.

    >>> matcher("a|b+")("bb"), matcher("a|b+")("bbc")
    (True, False)

    Raises ValueError with the reason if the pattern is invalid.
    """
    searcher(pattern)  # "a)|(b" is invalid, but would be valid in the parentheses below
    return searcher(rf"\A(?:{pattern})\z")


def _reason(said: str) -> str:
    """Return the end of the library's message, after the pattern and the marker."""
    return said.strip().splitlines()[-1].strip().rpartition(": ")[2].removesuffix(".")
