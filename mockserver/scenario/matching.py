"""Which requests a rule matches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPMethod
from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator, Discriminator, Field, JsonValue, Tag, WithJsonSchema

from mockserver.api.contract.endpoints import ENDPOINTS, one_of
from mockserver.api.contract.routes import named
from mockserver.core.errors import suggestion
from mockserver.core.units import Flag

from . import request_predicates as requires
from .patterns import JsonPath, Number, Regex
from .request_predicates import RequestPredicate

_Row: TypeAlias = tuple[Callable[[Any], RequestPredicate], object]
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
        raise ValueError("should be an HTTP method, such as GET, or a list of HTTP methods")
    for name in names:
        if name.upper() not in METHODS:
            raise ValueError(f"no method is called {name!r}{suggestion(name.upper(), METHODS)}")
    return tuple(name.upper() for name in names)


Methods: TypeAlias = Annotated[
    tuple[str, ...],
    BeforeValidator(_methods),
    WithJsonSchema({"anyOf": [*_ONE["anyOf"], {"type": "array", "items": _ONE, "minItems": 1}]}),
]
"""In YAML one name or a list of names; in Python a tuple of upper-case names."""


def _flag_or_name(value: object) -> str:
    return "flag" if isinstance(value, bool) else "name"


Tools: TypeAlias = Annotated[
    Annotated[bool, Tag("flag")] | Annotated[str, Tag("name")], Discriminator(_flag_or_name)
]


def _endpoint(found: object) -> object:
    if isinstance(found, str) and found not in ENDPOINTS and (meant := named(found)):
        names = " or ".join(map(repr, meant))
        raise ValueError(f"should be the name of an endpoint; write {names}")
    return one_of(found, ENDPOINTS)


EndpointName: TypeAlias = Annotated[
    str, BeforeValidator(_endpoint), Field(json_schema_extra={"enum": list(ENDPOINTS)})
]


@dataclass(frozen=True, slots=True)
class Prompt:
    """
    The requirements on the text of all messages.

    ``contains`` is a part of the text. ``regex`` is a regular expression, in the syntax of Rust and
    RE2, that matches anywhere in the text.
    """

    contains: str | None = None
    regex: Regex | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """
    The requests that a rule matches; keys that are left out match everything.

    Without an ``endpoint``, a rule matches every request except the warm-up that the official SDK
    sends on its own. ``model`` may contain ``*`` and ``?``. ``stream`` is true for requests for a
    stream, and false for all others. ``prompt`` has requirements on the text of all messages.
    ``key`` is a pattern of the API key, with ``*`` and ``?``. ``headers`` are patterns of header
    fields, with ``*`` and ``?``; null in ``headers`` requires that a field is absent. ``messages``
    is the number of messages. ``tools`` is true for requests that offer tools, false for requests
    that offer none, or the name of an offered tool. ``json`` maps JSONPaths (RFC 9535) to the
    values that the body must have there. ``attempt`` is the number of this attempt at the logical
    call, from 1. ``method`` is an HTTP method or a list of them. ``not`` describes requests that
    the rule does not match (``excluded`` in Python).
    """

    endpoint: EndpointName | None = None
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
        if self.excluded is not None and not self.excluded.stated():
            raise ValueError("'not' is empty, so no request would match")

    def predicates(self) -> tuple[RequestPredicate, ...]:
        """Return the predicates that must all hold for a request."""
        return self.stated() if self.endpoint else (requires.NOT_WARMING, *self.stated())

    def stated(self) -> tuple[RequestPredicate, ...]:
        """Return the predicates of the keys, the cheap ones first."""
        head: tuple[_Row, ...] = (
            (requires.endpoint, self.endpoint),
            (requires.method, self.method),
            (requires.model, self.model),
            (requires.stream, self.stream),
            (requires.attempt, self.attempt),
            (requires.key, self.key),
        )
        body: tuple[_Row, ...] = (
            (requires.messages, self.messages),
            (requires.tools, self.tools),
            (requires.contains, self.prompt.contains),
            (requires.regex, self.prompt.regex),
        )
        return (
            *_made(head),
            *(requires.header(name.lower(), pattern) for name, pattern in self.headers.items()),
            *_made(body),
            *(requires.json(path, value) for path, value in self.json.items()),
            *([] if self.excluded is None else [requires.excluded(self.excluded.stated())]),
        )


def _made(rows: Iterable[_Row]) -> Iterator[RequestPredicate]:
    return (require(value) for require, value in rows if value is not None)
