"""Loads editions, by their shipped names or from files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, TypeAlias

from mockserver.core.adapters import adapter
from mockserver.core.compiled import compiled
from mockserver.core.documents import (
    SUFFIXES,
    Document,
    beside,
    identity,
    read_text,
    shipped,
    shipped_names,
    unknown,
)
from mockserver.core.errors import DocumentError, MockServerError, UnknownNameError

from .edition import SHIPPED, Edition

DEFAULT = "guide"
_Read: TypeAlias = tuple[Any, Edition]
"""
A pair of data and the edition made from them. The data are those of the edition's file, merged with
the data of all editions that the file extends.
"""


def names() -> list[str]:
    """Return the names of the shipped editions."""
    return list(shipped_names(SHIPPED))


def load(name: str) -> Edition:
    """
    Return an edition by its shipped name, or by the path of a YAML file.

    Raises UnknownNameError for an unknown name, DocumentError for a missing or invalid file.
    """
    return _load(name)[1] if name.endswith(SUFFIXES) else _compiled(name)


def parse(text: str, *, source: str = "<text>") -> Edition:
    """
    Read an edition from YAML text.

    ``source`` is the path of the text. Errors name this path, and a path in ``extends`` is relative
    to it. Raises DocumentError.
    """
    return _read(Document(text, source=source))[1]


def _load(name: str, *above: str) -> _Read:
    if not name.endswith(SUFFIXES):
        return _shipped(name)
    return _read(Document(read_text(name), source=name), *above)


@cache
def _compiled(name: str) -> Edition:
    # pass all names, because this edition may extend any shipped edition
    found: Edition | None = compiled(SHIPPED, name, *names()) if name in names() else None
    return found or _shipped(name)[1]


@cache
def _shipped(name: str) -> _Read:
    if name not in names():
        raise unknown("edition", name, names())
    return _read(shipped(SHIPPED, name))


def _read(document: Document, *above: str) -> _Read:
    """Read an edition; ``above`` is the chain of files that extend the edition."""
    data = document.data
    if isinstance(data, dict) and data.get("extends") is not None:
        data = _overlaid(_base(document, *above), data)
    edition: Edition = document.read_as(adapter(Edition), data)
    wrong = [
        str(document.error(path, UnknownNameError(kind, name, known)))
        for path, kind, name, known in _references(edition)
        if name not in known
    ]
    if wrong:
        raise DocumentError("\n".join(wrong))
    return data, edition


def _base(document: Document, *above: str) -> Any:
    name = beside(document.source, str(document.data["extends"]))
    chain = (*above, identity(document.source))
    try:
        if identity(name) in chain:
            raise DocumentError(f"{name!r} extends itself, by way of {document.source!r}")
        return _load(name, *chain)[0]
    except MockServerError as error:
        raise document.error(("extends",), error) from error


def _overlaid(base: Any, over: Any) -> Any:
    if not isinstance(base, dict) or not isinstance(over, dict):
        return over
    return {**base, **{key: _overlaid(base.get(key), value) for key, value in over.items()}}


def _references(
    edition: Edition,
) -> Iterator[tuple[tuple[str | int, ...], str, str, Iterable[str]]]:
    """Yield each reference to a tier or model: path, kind, name, and all valid names."""
    yield ("default_tier",), "tier", edition.default_tier, edition.tiers
    for at, name in enumerate(edition.revived):
        yield ("revived", at), "model", name, edition.models
    for model, served in edition.models.items():
        if served.successor is not None:
            yield ("models", model, "successor"), "model", served.successor, edition.models
        for tier in served.windows:
            yield ("models", model, "windows", tier), "tier", tier, edition.tiers
