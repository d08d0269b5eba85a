"""The methods of HTTP, as a rule names them: one or several, in upper or lower case."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPMethod
from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator, WithJsonSchema

from mockserver.api.contract.routes import ROUTES, Endpoint
from mockserver.core.errors import suggestion

METHODS: tuple[str, ...] = tuple(method.value for method in HTTPMethod)
_ANY_CASE = "|".join(
    "".join(f"[{letter}{letter.lower()}]" for letter in method) for method in METHODS
)
_ONE: dict[str, Any] = {
    "anyOf": [{"enum": list(METHODS)}, {"type": "string", "pattern": f"^({_ANY_CASE})$"}]
}


def _methods(found: object) -> tuple[str, ...]:
    names: Sequence[Any] = found if isinstance(found, (list, tuple)) else [found]
    if not names or not all(isinstance(name, str) for name in names):
        raise ValueError("should be a method of HTTP, such as GET, or a list of them")
    for name in names:
        if name.upper() not in METHODS:
            raise ValueError(f"no method is called {name!r}{suggestion(name.upper(), METHODS)}")
    return tuple(name.upper() for name in names)


Methods: TypeAlias = Annotated[
    tuple[str, ...],
    BeforeValidator(_methods),
    WithJsonSchema({"anyOf": [*_ONE["anyOf"], {"type": "array", "items": _ONE, "minItems": 1}]}),
]
"""Names in upper case in Python; one, or a list, in YAML."""


def methods_of(endpoint: Endpoint) -> frozenset[str]:
    """Return the methods by which an endpoint is asked."""
    found = {method for method, _, name in ROUTES if name == endpoint}
    return frozenset(found | ({"HEAD"} if "GET" in found else set()))
