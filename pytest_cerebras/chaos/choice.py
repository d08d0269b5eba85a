"""
Parses the scenarios that ``--cerebras-chaos`` and its marker choose.

A name may have parameters, in parentheses: ``stream-cut(after_tokens=3, times=1)``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

import pytest

from pytest_cerebras.settings import options
from pytest_cerebras.settings.names import MARKER, Chosen

OPTION = "--cerebras-chaos"
RELEVANT = "relevant"
LEFT_OUT = pytest.StashKey[bool]()
"""Whether a cell is left out because its scenario can't act on its test."""
_ALL, _TAG = ("all", RELEVANT), "tag:"
_WITH_PARAMETERS = re.compile(r"(?P<name>[^(]+)\((?P<parameters>.*)\)", re.DOTALL)
_PLAIN = re.compile(r"[\w.*/-]+")
_OPENING, _CLOSING, _QUOTES = "([{", ")]}", "'\""


def chosen(text: str, where: str = OPTION) -> list[Chosen]:
    """
    Return the scenarios that an option or a marker names, ``healthy`` first.

    The text may have ``all``, ``relevant``, names, paths, ``tag:NAME``, and parameters in
    parentheses. Raises UsageError, whose message begins with ``where``.
    """
    from mockserver.core.errors import MockServerError

    found: dict[str, Chosen] = {}
    for part in parts(text):
        try:
            named = _named(part)
        except MockServerError as error:
            raise pytest.UsageError(f"{where}: {error}") from error
        for one in named:
            if one.parameters and found.get(one, one).parameters not in ({}, one.parameters):
                raise pytest.UsageError(f"{where} names {one} twice, with different parameters")
            if one not in found or one.parameters:
                found[one] = one
    if not found:
        raise pytest.UsageError(f"{where} names no scenario: use all, NAME, FILE or tag:NAME")
    return sorted(found.values(), key=lambda one: one != "healthy")


def header(config: pytest.Config) -> str:
    """Return the line for the run header: the scenario or the matrix, and the settings."""
    settings = options.resolve(config)
    text = config.getoption("cerebras_chaos")
    if text is None:
        return f"cerebras: {settings.line()}"
    return f"cerebras: chaos of {len(chosen(text))} scenarios, {settings.line(scenario=False)}"


def check(config: pytest.Config) -> None:
    """Raise UsageError if the choice is invalid, or is combined with ``--cerebras-scenario``."""
    one = config.getoption("cerebras_scenario")
    chosen(config.getoption("cerebras_chaos"))
    if one is not None:
        raise pytest.UsageError(
            f"{OPTION} chooses the scenarios of each test: leave out --cerebras-scenario, or name "
            f"{one} in {OPTION}"
        )


def singled_out(text: str) -> frozenset[str]:
    """Return the scenarios named one by one rather than by ``all``, ``relevant`` or a tag."""
    return frozenset(map(_with_parameters, (one for one in parts(text) if not _is_group(one))))


def is_relevant(text: str | None) -> bool:
    """Return whether scenarios that can't act on a test are left out."""
    return RELEVANT in parts(text or "")


def choose(item: pytest.Item, parameters: Mapping[str, object]) -> None:
    """Set the parameters of the scenario of a cell."""
    params = item.callspec.params  # type: ignore[attr-defined]  # a cell has it
    params[MARKER] = _chosen(params[MARKER], parameters)


def parts(text: str) -> list[str]:
    """
    Split a text at the commas outside parentheses, brackets and quotes.

    >>> parts("a(b=[1, 2], c='x,y'), d")
    ["a(b=[1, 2], c='x,y')", 'd']
    """
    found, depth, quote, escaped = [""], 0, "", False
    for letter in text:
        if quote:
            quote = "" if letter == quote and not escaped else quote
            escaped = letter == "\\" and quote == '"' and not escaped
        elif depth and letter in _QUOTES:
            quote = letter
        else:
            depth += (letter in _OPENING) - (letter in _CLOSING)
        if letter == "," and not quote and depth <= 0:
            found.append("")
        else:
            found[-1] += letter
    return [part for part in map(str.strip, found) if part]


def written(name: str, parameters: Mapping[str, object]) -> str:
    """
    Return a scenario and its parameters, in the notation of the option.

    >>> written("stream-cut", {"after_tokens": 3, "by": "a b"})
    'stream-cut(after_tokens=3, by="a b")'
    """
    if not parameters:
        return name
    listed = ", ".join(f"{key}={_value(value)}" for key, value in parameters.items())
    return f"{name}({listed})"


def _value(value: object) -> str:
    """Return a value as YAML that parses to the same value."""
    from mockserver.core.documents import value_of

    if isinstance(value, str) and _PLAIN.fullmatch(value) and value_of(value, source="") == value:
        return value
    return json.dumps(value, ensure_ascii=False)


def _is_group(part: str) -> bool:
    return part in _ALL or part.startswith(_TAG)


def _named(part: str) -> list[Chosen]:
    """Return the scenarios that one part of the choice selects. Raises MockServerError."""
    from mockserver.core.errors import UnknownNameError
    from mockserver.scenario import load, names

    if part in _ALL:
        return [_chosen(name) for name in names()]
    if _is_group(part):
        tag = part.removeprefix(_TAG)
        tagged = [name for name in names() if tag in load(name).tags]
        if not tagged:
            tags = sorted({each for name in names() for each in load(name).tags})
            raise UnknownNameError("tag", tag, tags)
        return [_chosen(name) for name in tagged]
    one = _with_parameters(part)
    load(one, one.parameters)
    return [one]


def _with_parameters(part: str) -> Chosen:
    found = _WITH_PARAMETERS.fullmatch(part)
    if found is None:
        return _chosen(part)
    return _chosen(found["name"].strip(), dict(_pairs(part, found["parameters"])))


def _pairs(part: str, text: str) -> Iterator[tuple[str, object]]:
    from mockserver.core.documents import value_of
    from mockserver.core.errors import DocumentError

    seen = set()
    for pair in parts(text):
        name, equals, value = map(str.strip, pair.partition("="))
        if not equals or not name or not value:
            raise DocumentError(f"{part}: the parentheses should hold name=value, found {pair!r}")
        if name in seen:
            raise DocumentError(f"{part}: {name!r} is given twice")
        seen.add(name)
        yield name, value_of(value, source=f"{part}: {name}")


def _chosen(name: str, parameters: Mapping[str, object] | None = None) -> Chosen:
    one = Chosen(name)
    one.parameters = parameters or {}
    return one
