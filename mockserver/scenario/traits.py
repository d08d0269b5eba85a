"""
What a request may have to be like: a condition for each key of a match.

What they say of a request may stand in a report, so they never quote a credential.
"""

from __future__ import annotations

from typing import TypeAlias

from mockserver.core.credentials import is_credential
from mockserver.core.errors import shown

from .condition import Condition, failing
from .patterns import Range, glob, jsonpath
from .regexes import searcher
from .subject import Subject

Trait: TypeAlias = Condition[Subject]

_MOST_SHOWN = 3

NOT_WARMING: Trait = Condition(
    lambda subject: subject.endpoint != "warming",
    lambda _: "the endpoint is 'warming', which a rule must name",
)


def endpoint(wanted: str) -> Trait:
    """Return the condition that the request is for an endpoint."""
    return Condition(
        lambda subject: subject.endpoint == wanted,
        lambda subject: f"the endpoint is {subject.endpoint!r}, not {wanted!r}",
    )


def method(names: tuple[str, ...]) -> Trait:
    """Return the condition that the request has one of these methods."""
    return Condition(
        lambda subject: subject.request.method in names,
        lambda subject: f"the method is {subject.request.method}, not {' or '.join(names)}",
    )


def model(pattern: str) -> Trait:
    """Return the condition that the model's id fits a pattern."""
    fits = glob(pattern)
    return Condition(
        lambda subject: fits(subject.model),
        lambda subject: f"the model is {subject.model!r}, not {pattern!r}",
    )


def stream(*, wanted: bool) -> Trait:
    """Return the condition that the request asks for a stream, or does not."""
    return Condition(
        lambda subject: subject.stream is wanted,
        lambda subject: f"stream is {subject.stream}, not {wanted}".lower(),
    )


def attempt(bounds: Range) -> Trait:
    """Return the condition that the number of the attempt is within bounds."""
    return Condition(
        lambda subject: subject.attempt in bounds,
        lambda subject: f"it is attempt {subject.attempt}, not {bounds}",
    )


def key(pattern: str) -> Trait:
    """Return the condition that the API key fits a pattern."""
    fits = glob(pattern)
    return Condition(
        lambda subject: subject.key is not None and fits(subject.key),
        lambda subject: "there is no key" if subject.key is None else "the key is another one",
    )


def header(name: str, pattern: str | None) -> Trait:
    """Return the condition that a field of the head fits a pattern, or is not there."""
    fits = None if pattern is None else glob(pattern)

    def holds(subject: Subject) -> object:
        found = subject.request.headers.get(name)
        return found is None if fits is None else found is not None and fits(found)

    def difference(subject: Subject) -> str:
        found = subject.request.headers.get(name)
        if found is None:
            return f"the header {name!r} is not there"
        if fits is None:
            return f"the header {name!r} is there"
        if is_credential(name):
            return f"the header {name!r} is another one"
        return f"the header {name!r} is {shown(found)}, not {pattern!r}"

    return Condition(holds, difference)


def messages(bounds: Range) -> Trait:
    """Return the condition that the number of messages is within bounds."""
    return Condition(
        lambda subject: subject.messages in bounds,
        lambda subject: f"there are {subject.messages} messages, not {bounds}",
    )


def tools(wanted: bool | str) -> Trait:  # noqa: FBT001 (a value of the YAML)
    """Return the condition that there are tools, or none, or one of that name."""
    if isinstance(wanted, bool):
        return Condition(
            lambda subject: bool(subject.tools) is wanted,
            lambda subject: (
                f"tools are offered: {', '.join(subject.tools)}"
                if subject.tools
                else "no tools are offered"
            ),
        )
    return Condition(
        lambda subject: wanted in subject.tools,
        lambda subject: f"no tool {wanted!r} is offered, but {', '.join(subject.tools) or 'none'}",
    )


def contains(text: str) -> Trait:
    """Return the condition that the prompt has a text in it."""
    return Condition(
        lambda subject: text in subject.prompt, lambda _: f"the prompt does not contain {text!r}"
    )


def regex(pattern: str) -> Trait:
    """Return the condition that a regular expression is found in the prompt."""
    search = searcher(pattern)
    return Condition(
        lambda subject: search(subject.prompt), lambda _: f"the prompt does not match {pattern!r}"
    )


def json(path: str, value: object) -> Trait:
    """Return the condition that a value stands at a JSONPath in the body."""
    find = jsonpath(path)

    def holds(subject: Subject) -> bool:
        return any(same(found, value) for found in subject.at(path, find))

    def difference(subject: Subject) -> str:
        there = " and ".join(map(shown, subject.at(path, find)[:_MOST_SHOWN]))
        return f"{path} is {there}, not {shown(value)}" if there else f"there is no {path}"

    return Condition(holds, difference)


def excluded(traits: tuple[Trait, ...]) -> Trait:
    """Return the condition that not all of the others hold."""
    return Condition(
        lambda subject: failing(traits, subject) is not None, lambda _: "it is what 'not' describes"
    )


def same(found: object, wanted: object) -> bool:
    """Compare as JSON does, where true is no 1."""
    return found == wanted and isinstance(found, bool) is isinstance(wanted, bool)
