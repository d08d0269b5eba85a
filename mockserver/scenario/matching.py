"""Which requests a rule is for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, TypeAlias

from pydantic import Discriminator, Field, JsonValue, Tag

from mockserver.api.contract.routes import Endpoint
from mockserver.core.quantities import Flag

from . import traits
from .methods import Methods
from .patterns import JsonPath, Number, Regex, bounds
from .traits import Trait


def _flag_or_name(value: object) -> str:
    return "flag" if isinstance(value, bool) else "name"


Tools: TypeAlias = Annotated[
    Annotated[bool, Tag("flag")] | Annotated[str, Tag("name")], Discriminator(_flag_or_name)
]


@dataclass(frozen=True, slots=True)
class Prompt:
    """
    What the text of all messages must hold.

    ``contains`` is a part of it. ``regex`` is a regular expression of Python's, found anywhere.
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

    endpoint: Endpoint | None = None
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
        if self.excluded is not None and not self.excluded.traits():
            raise ValueError("'not' names nothing, so no request would be left")

    def conditions(self) -> tuple[Trait, ...]:
        """Return all that must hold of a request."""
        return self.traits() if self.endpoint else (traits.NOT_WARMING, *self.traits())

    def traits(self) -> tuple[Trait, ...]:
        """Return what the keys ask for, the cheap things first."""
        return tuple(self._head()) + tuple(self._body())

    def _head(self) -> Iterator[Trait]:
        if self.endpoint is not None:
            yield traits.endpoint(self.endpoint)
        if self.method is not None:
            yield traits.method(self.method)
        if self.model is not None:
            yield traits.model(self.model)
        if self.stream is not None:
            yield traits.stream(wanted=self.stream)
        if self.attempt is not None:
            yield traits.attempt(bounds(self.attempt))
        if self.key is not None:
            yield traits.key(self.key)
        for name, pattern in self.headers.items():
            yield traits.header(name.lower(), pattern)

    def _body(self) -> Iterator[Trait]:
        if self.messages is not None:
            yield traits.messages(bounds(self.messages))
        if self.tools is not None:
            yield traits.tools(self.tools)
        if self.prompt.contains is not None:
            yield traits.contains(self.prompt.contains)
        if self.prompt.regex is not None:
            yield traits.regex(self.prompt.regex)
        for path, value in self.json.items():
            yield traits.json(path, value)
        if self.excluded is not None:
            yield traits.excluded(self.excluded.traits())
