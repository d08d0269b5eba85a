"""
The predicates behind the keys of a match.

Their explanations may appear in reports, so they never quote a credential.
"""

from __future__ import annotations

from typing import TypeAlias

from mockserver.core.credentials import is_credential
from mockserver.core.errors import shown
from mockserver.core.regexes import searcher

from .patterns import Number, bounds, glob, jsonpath
from .predicate import Predicate, first_failing
from .request_view import RequestView

RequestPredicate: TypeAlias = Predicate[RequestView]

_MOST_SHOWN = 3

NOT_WARMING: RequestPredicate = Predicate(
    lambda view: view.endpoint != "warming",
    lambda _: "the endpoint is 'warming', which a rule matches only by name",
)


def endpoint(wanted: str) -> RequestPredicate:
    """Require the endpoint of the request."""
    return Predicate(
        lambda view: view.endpoint == wanted,
        lambda view: f"the endpoint is {view.endpoint!r}, not {wanted!r}",
    )


def method(names: tuple[str, ...]) -> RequestPredicate:
    """Require one of these methods."""
    return Predicate(
        lambda view: view.request.method in names,
        lambda view: f"the method is {view.request.method}, not {' or '.join(names)}",
    )


def model(pattern: str) -> RequestPredicate:
    """Require that the model's id matches a pattern."""
    fits = glob(pattern)
    return Predicate(
        lambda view: fits(view.model),
        lambda view: f"the model is {view.model!r}, not {pattern!r}",
    )


def stream(wanted: bool) -> RequestPredicate:  # noqa: FBT001 (a value of the YAML)
    """Require that the request asks for a stream, or that it asks for none."""
    return Predicate(
        lambda view: view.stream is wanted,
        lambda view: f"stream is {view.stream}, not {wanted}".lower(),
    )


def attempt(wanted: Number) -> RequestPredicate:
    """Require that the number of the attempt is within bounds."""
    allowed = bounds(wanted)
    return Predicate(
        lambda view: view.attempt in allowed,
        lambda view: f"this is attempt {view.attempt}, not {allowed}",
    )


def key(pattern: str) -> RequestPredicate:
    """Require that the API key matches a pattern."""
    fits = glob(pattern)
    return Predicate(
        lambda view: view.key is not None and fits(view.key),
        lambda view: "there is no key" if view.key is None else "the key does not match",
    )


def header(name: str, pattern: str | None) -> RequestPredicate:
    """Require that a header field matches a pattern, or is absent if the pattern is None."""
    fits = None if pattern is None else glob(pattern)

    def holds(view: RequestView) -> object:
        found = view.request.headers.get(name)
        return found is None if fits is None else found is not None and fits(found)

    def difference(view: RequestView) -> str:
        found = view.request.headers.get(name)
        if found is None:
            return f"the header {name!r} is missing"
        if fits is None:
            return f"the header {name!r} is present"
        if is_credential(name):
            return f"the header {name!r} does not match"
        return f"the header {name!r} is {shown(found)}, not {pattern!r}"

    return Predicate(holds, difference)


def messages(wanted: Number) -> RequestPredicate:
    """Require that the number of messages is within bounds."""
    allowed = bounds(wanted)
    return Predicate(
        lambda view: view.messages in allowed,
        lambda view: f"there are {view.messages} messages, not {allowed}",
    )


def tools(wanted: bool | str) -> RequestPredicate:  # noqa: FBT001 (a value of the YAML)
    """Require that tools are offered (True), that none are (False), or that the named tool is."""
    if isinstance(wanted, bool):
        return Predicate(
            lambda view: bool(view.tools) is wanted,
            lambda view: (
                f"tools are offered: {', '.join(view.tools)}"
                if view.tools
                else "no tools are offered"
            ),
        )
    return Predicate(
        lambda view: wanted in view.tools,
        lambda view: f"{wanted!r} is not an offered tool ({', '.join(view.tools) or 'none'})",
    )


def contains(text: str) -> RequestPredicate:
    """Require that the prompt contains a text."""
    return Predicate(
        lambda view: text in view.prompt if view.short else view.says(text),
        lambda _: f"the prompt does not contain {text!r}",
    )


def regex(pattern: str) -> RequestPredicate:
    """Require that a regular expression matches somewhere in the prompt."""
    search = searcher(pattern)
    return Predicate(
        lambda view: search(view.prompt), lambda _: f"the prompt does not match {pattern!r}"
    )


def json(path: str, value: object) -> RequestPredicate:
    """Require a value at a JSONPath in the body."""
    find = jsonpath(path)

    def holds(view: RequestView) -> bool:
        return any(same(found, value) for found in view.at(path, find))

    def difference(view: RequestView) -> str:
        there = " and ".join(map(shown, view.at(path, find)[:_MOST_SHOWN]))
        return f"{path} is {there}, not {shown(value)}" if there else f"there is no {path}"

    return Predicate(holds, difference)


def excluded(request_predicates: tuple[RequestPredicate, ...]) -> RequestPredicate:
    """Require that at least one of these predicates does not hold."""
    return Predicate(
        lambda view: first_failing(request_predicates, view) is not None,
        lambda _: "the request fits 'not'",
    )


def same(found: object, wanted: object) -> bool:
    """Return whether two values are equal in JSON, where true is not 1."""
    return found == wanted and isinstance(found, bool) is isinstance(wanted, bool)
