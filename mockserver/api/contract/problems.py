"""
Every known error of the API, by name, from ``problems.yaml``.

The catalogue is read at its first use and not at import, because most runs begin without an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from mockserver.core.adapters import adapter
from mockserver.core.documents import shipped

from .problem import Problem


@cache
def problems() -> Mapping[str, Problem]:
    """Return the catalogue of problems."""
    return shipped(__package__, "problems").read_as(adapter(dict[str, Problem]))
