"""Looks for mistakes in a file of Python."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from pathlib import PurePath
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
"""A file without any of these has nothing to do with this API."""
_LONGEST = 2_000_000
"""In characters. A longer file is data, not code."""
_TESTS = frozenset({"test", "tests", "testing"})


def findings(text: str, place: str, edition: Edition) -> list[Finding]:
    """
    Return the mistakes in a file of Python, by line.

    ``place`` is its path. A file that is no Python has none, and a test has none: it may make
    mistakes on purpose.
    """
    if len(text) > _LONGEST or not _concerns(text) or _is_test(PurePath(place)):
        return []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of an escape that means nothing, for example
            matter = Matter(Source.of(text), edition)
        noticed = [*_set_up(matter), *(one for rule in _RULES for one in rule(matter))]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []  # Python 2, a template, or nested too deeply to be written by hand
    found = {Finding.at(place, node.lineno, what): node for node, what in noticed}
    return sorted(found, key=lambda one: (one.line, one.rule))


def _concerns(text: str) -> bool:
    return any(word in text for word in _WORDS) or "cerebras" in text.lower()


def _is_test(path: PurePath) -> bool:
    folders = not _TESTS.isdisjoint(part.lower() for part in path.parts[:-1])
    return folders or path.name.startswith(("test_", "conftest.")) or path.stem.endswith("_test")


def _set_up(matter: Matter) -> Iterator[Noticed]:
    placed = list[setups.Placed]()
    for made in matter.clients:
        placed += setups.of_client(made, matter.edition)
    for chat in matter.chats:
        placed += setups.of_chat(matter.source, chat, matter.edition)
    for post in matter.posts:
        placed += setups.of_post(post, matter.edition)
    for node, setup in placed:
        yield from ((node, one) for one in mistakes_in(setup))
