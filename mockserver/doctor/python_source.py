"""Looks for mistakes in a file of Python."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import TypeAlias

from mockserver.api.contract.edition import Edition
from mockserver.verdicts.mistakes import mistakes_in

from .finding import Finding
from .python import answers, retrying, secrets, setups, starting, waiting
from .python.matter import Matter, Noticed
from .python.source import Source

_Rule: TypeAlias = Callable[[Matter], Iterator[Noticed]]
_RULES: tuple[_Rule, ...] = (
    secrets.keys_in_code,
    secrets.keys_shown,
    secrets.hosts_in_code,
    starting.clients_at_import,
    waiting.no_timeouts,
    waiting.blocking_sleeps,
    retrying.nested_retries,
    answers.cut_answers,
    answers.unlimited_answers,
    answers.swallowed_errors,
)
_WORDS = ("cerebras", "csk-")
"""A file without any of these words has nothing to do with this API."""
_LONGEST = 2_000_000
"""The greatest length in characters; a longer file is data, not code."""


def findings(text: str, place: str, edition: Edition) -> list[Finding]:
    """
    Return the mistakes in a file of Python, sorted by line.

    ``place`` is the file's path. The list is empty for a file that is not Python.
    """
    if len(text) > _LONGEST or not _concerns(text):
        return []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # for example about invalid escapes
            source = Source.of(text)
        noticed = list(_noticed(Matter(source, edition)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []  # Python 2, a template, or generated code that is nested too deeply
    found = {Finding.at(place, node.lineno, what): node for node, what in noticed}
    return sorted(found, key=lambda one: (one.line, one.rule))


def _concerns(text: str) -> bool:
    return any(word in text for word in _WORDS) or "cerebras" in text.lower()


def _set_up(matter: Matter) -> Iterator[Noticed]:
    """Yield the first mistake in each set-up, from the shared table."""
    for node, setup in setups.of_file(matter):
        explanation = next(mistakes_in(setup), None)
        if explanation is not None:
            yield node, explanation


def _noticed(matter: Matter) -> Iterator[Noticed]:
    wrong = list(_set_up(matter))
    yield from wrong
    addresses = {node for node, _ in wrong}
    for rule in _RULES:
        for node, what in rule(matter):
            # an address that is wrong is not also reported for being in the code
            if what.name != "host-in-code" or node not in addresses:
                yield node, what
