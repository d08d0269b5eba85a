"""The editions that are shipped, and how one is found by name or path."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from pydantic import TypeAdapter

from mockserver.api.edition import Edition
from mockserver.documents import Document, read_text
from mockserver.errors import DocumentError, UnknownNameError

DEFAULT = "guide"
_ADAPTER = TypeAdapter(Edition)


def names() -> list[str]:
    """Return the names of the shipped editions."""
    found = (entry.name for entry in files(__name__).iterdir())
    return sorted(name.removesuffix(".yaml") for name in found if name.endswith(".yaml"))


@cache
def load(name: str) -> Edition:
    """
    Return an edition by its shipped name or by the path of a YAML file.

    Raises UnknownNameError or DocumentError.
    """
    document = _document(name)
    edition = document.read_as(_ADAPTER, _merged(document))
    edition.tier(None)
    return edition


def _document(name: str) -> Document:
    if name in names():
        return Document(
            (files(__name__) / f"{name}.yaml").read_text("utf-8"), source=f"{name}.yaml"
        )
    if not name.endswith((".yaml", ".yml")):
        raise UnknownNameError("edition", name, names())
    return Document(read_text(name), source=name)


def _merged(document: Document, *below: str) -> Any:
    data = document.data
    if not isinstance(data, dict) or "extends" not in data:
        return data
    name = str(data["extends"])
    if name in below:
        spot = document.where(["extends"])[0]
        raise DocumentError(f"{spot}: extends: {name!r} extends itself, by way of {below[-1]!r}")
    base = _merged(_document(name), *below, name)
    return _overlaid(base, {key: value for key, value in data.items() if key != "extends"})


def _overlaid(base: Any, over: Any) -> Any:
    if not isinstance(base, dict) or not isinstance(over, dict):
        return over
    return {**base, **{key: _overlaid(base.get(key), value) for key, value in over.items()}}
