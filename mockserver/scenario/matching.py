"""Which requests a rule is for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPMethod
from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator, Discriminator, Field, JsonValue, Tag, WithJsonSchema

from mockserver.api.contract.routes import ENDPOINTS, Endpoint, named
from mockserver.core.errors import suggestion
from mockserver.core.units import Flag

from . import request_predicates
from .patterns import JsonPath, Number, Regex, bounds
from .request_predicates import RequestPredicate

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


def _flag_or_name(value: object) -> str:
    return "flag" if isinstance(value, bool) else "name"


Tools: TypeAlias = Annotated[
    Annotated[bool, Tag("flag")] | Annotated[str, Tag("name")], Discriminator(_flag_or_name)
]


def _no_path(found: object) -> object:
    if isinstance(found, str) and found not in ENDPOINTS and (meant := named(found)):
        names = " or ".join(map(repr, meant))
        raise ValueError(f"should be the name of an endpoint; write {names}")
    return found


@dataclass(frozen=True, slots=True)
class Prompt:
    """
    What the text of all messages must hold.

    ``contains`` is a part of it. ``regex`` is a regular expression as Rust and RE2 have them, found
    anywhere.
    """

    contains: str | None = None
    regex: Regex | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """
    The requests a rule is for; what is left out is not looked at.

    Without an ``endpoint`` a rule is for every request but the warm-up that the official SDK sends
    on its own. ``model`` may hold ``*`` and ``?``. ``stream`` says whether the request asks for
    one. ``prompt`` is about the text of all messages. ``key`` is what the API key looks like, with
    ``*`` and ``?``. ``headers`` are what fields of the head look like, with ``*`` and ``?``; null
    in ``headers`` stands for a field that is not there. ``messages`` is how many there are.
    ``tools`` says whether any are offered, or names one that is. ``json`` has values that must
    stand in the body, by their JSONPath (RFC 9535). ``attempt`` is the number of the attempt at a
    logical call, from 1. ``method`` is one of HTTP, or a list of them. ``not`` describes requests
    that the rule is not for (``excluded`` in Python).
    """

    endpoint: Annotated[Endpoint | None, BeforeValidator(_no_path)] = None
    model: str | None = None
    stream: Flag | None = None
    prompt: Prompt = field(default_factory=Prompt)
    key: str | None = None
    headers: Mapping[str, str | None] = field(default_factory=dict[str, str | None])
    messages: Number | None = None
    tools: Tools | None = None
    json: Mapping[JsonPath, JsonValue] = field(default_factory=dict[str, JsonValue])
    attempt: Number | None = None
    method: Methods | None = None
    excluded: Annotated[Match | None, Field(alias="not")] = None

    def __post_init__(self) -> None:
        if self.excluded is not None and not self.excluded.request_predicates():
            raise ValueError("'not' is empty, so no request would match")

    def predicates(self) -> tuple[RequestPredicate, ...]:
        """Return all that must hold of a request."""
        return (
            self.request_predicates()
            if self.endpoint
            else (request_predicates.NOT_WARMING, *self.request_predicates())
        )

    def request_predicates(self) -> tuple[RequestPredicate, ...]:
        """Return what the keys ask for, the cheap things first."""
        return tuple(self._head()) + tuple(self._body())

    def _head(self) -> Iterator[RequestPredicate]:
        if self.endpoint is not None:
            yield request_predicates.endpoint(self.endpoint)
        if self.method is not None:
            yield request_predicates.method(self.method)
        if self.model is not None:
            yield request_predicates.model(self.model)
        if self.stream is not None:
            yield request_predicates.stream(wanted=self.stream)
        if self.attempt is not None:
            yield request_predicates.attempt(bounds(self.attempt))
        if self.key is not None:
            yield request_predicates.key(self.key)
        for name, pattern in self.headers.items():
            yield request_predicates.header(name.lower(), pattern)

    def _body(self) -> Iterator[RequestPredicate]:
        if self.messages is not None:
            yield request_predicates.messages(bounds(self.messages))
        if self.tools is not None:
            yield request_predicates.tools(self.tools)
        if self.prompt.contains is not None:
            yield request_predicates.contains(self.prompt.contains)
        if self.prompt.regex is not None:
            yield request_predicates.regex(self.prompt.regex)
        for path, value in self.json.items():
            yield request_predicates.json(path, value)
        if self.excluded is not None:
            yield request_predicates.excluded(self.excluded.request_predicates())
