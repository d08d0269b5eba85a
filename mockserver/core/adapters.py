"""
Pydantic's adapters, made when they are first used.

Making an adapter takes up to 30 ms. A test run needs few adapters, and most test runs are short.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import TypeAdapter


@cache
def adapter(kind: Any) -> TypeAdapter[Any]:
    """
    Return the adapter of a type; each adapter is made only once.

    The modules of the type and of all types in it must still be in ``sys.modules``.
    """
    return TypeAdapter(kind)
