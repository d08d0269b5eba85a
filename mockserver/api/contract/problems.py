"""
Every known error of the API, by name, from ``problems.yaml``.

The catalogue is read at the first use rather than at import: most runs refuse nothing at first.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from pydantic import TypeAdapter

from mockserver.core.documents import Document

from .problem import Problem

_FILE = "problems.yaml"


@cache
def problems() -> Mapping[str, Problem]:
    """Return the catalogue of problems."""
    text = (files(__package__) / _FILE).read_text("utf-8")
    return Document(text, source=_FILE).read_as(TypeAdapter(dict[str, Problem]))
