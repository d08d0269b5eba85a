"""
Pydantic's adapters, made when they are first used.

Making one takes up to 30 ms. A run needs few of them, and most test runs are short.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import TypeAdapter


@cache
def adapter(kind: Any) -> TypeAdapter[Any]:
    """
    Return the adapter of a type; there is one for each type.

    The module of the type, and of each that it refers to, must still be in ``sys.modules``.
    """
    return TypeAdapter(kind)
