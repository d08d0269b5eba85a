"""Variables in the environment, or in a file that sets environment variables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$")
_QUOTED = re.compile(r"""("|')(.*?)\1\s*(?:#.*)?$""")
_COMMENT = re.compile(r"(?:^|\s+)#.*")
_PLACEHOLDER = re.compile(r"[$<>{}]|^\.\.\.|x{4}|(?:^|[-_ ])your?[-_ ]", re.IGNORECASE)
_FORMER = re.compile(r"old|retired|deprecated|legacy|previous|former|removed|gone", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable, its value and where it is set; ``line`` is 0 for the environment."""

    name: str
    value: str
    place: str
    line: int = 0


def of_environment(environ: Mapping[str, str]) -> list[Variable]:
    """Return the variables of the environment; the ``place`` of each is its name."""
    return [Variable(name, value, name) for name, value in environ.items()]


def of_file(text: str, place: str) -> Iterator[Variable]:
    """
    Yield the variables that a ``.env`` file sets, with the values as most readers parse them.

    Quotes around a value are removed. Values with placeholders that are filled in elsewhere are
    left out.
    """
    for number, line in enumerate(text.splitlines(), 1):
        found = _LINE.match(line)
        if found is None:
            continue
        quoted = _QUOTED.match(found[2])
        value = quoted[2] if quoted else _COMMENT.sub("", found[2])
        if not is_placeholder(value):
            yield Variable(found[1], value, place, number)


def is_placeholder(value: str) -> bool:
    """
    Return whether a value is a placeholder for a real value.

    >>> is_placeholder("${KEY}"), is_placeholder("your-key-here"), is_placeholder("csk-4f1d")
    (True, True, False)
    """
    return _PLACEHOLDER.search(value) is not None


def is_former(name: str) -> bool:
    """
    Return whether a name shows that its value is no longer in use.

    >>> is_former("RETIRED_CEREBRAS_MODEL"), is_former("CEREBRAS_MODEL")
    (True, False)
    """
    return _FORMER.search(name) is not None
