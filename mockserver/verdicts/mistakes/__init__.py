"""
Mistakes in how a client is set up: one table for requests, variables and lines of code.

A failed test, ``explain``, and the log of ``serve`` look up a request in the table; ``cerebras-mock
doctor`` looks up the variables and the code that it finds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mockserver.api.contract.edition import Edition
from mockserver.journal import Exchange

from .absent import ABSENT
from .addresses import ADDRESSES
from .bodies import BODIES
from .keys import KEYS
from .mistake import Condition, Explanation, Mistake, Severity
from .models import MODELS
from .sending import SENDING
from .setup import Client, Setup, setup_of
from .vendors import OURS

__all__ = [
    "MISTAKES",
    "TABLES",
    "Client",
    "Explanation",
    "Mistake",
    "Setup",
    "Severity",
    "mistake_behind",
    "mistake_forgiven",
    "mistakes_in",
]

TABLES: tuple[tuple[Condition, tuple[Mistake, ...]], ...] = (
    (lambda it: bool(it.path or it.base_url), (*ABSENT, *ADDRESSES)),
    (lambda it: bool(it.method), SENDING),
    (lambda it: it.error is not None or it.authorization is not None, KEYS),
    (lambda it: it.error is not None or bool(it.model), MODELS),
    (lambda it: it.error is not None or bool(it.body), BODIES),
)
"""The rows, grouped by the part of a set-up that they need."""
MISTAKES: tuple[Mistake, ...] = tuple(row for _, rows in TABLES for row in rows)
"""All mistakes; a mistake that explains another one comes before it."""
_REFUSALS = frozenset({400, 401, 403, 404, 405, 415, 422})


def mistakes_in(setup: Setup) -> Iterator[Explanation]:
    """Yield the mistakes in a set-up, in the order of ``MISTAKES``."""
    return (
        one.explained(setup)
        for is_known, rows in TABLES
        if is_known(setup)
        for one in rows
        if one.when(setup)
    )


def mistake_behind(exchange: Exchange, edition: Edition) -> Explanation | None:
    """Return the mistake that made the API refuse a request; None if there was another reason."""
    by_the_scenario = exchange.faults or exchange.intervened
    if not exchange.refused or by_the_scenario or exchange.status not in _REFUSALS:
        return None
    return next(mistakes_in(setup_of(exchange, edition)), None)


def mistake_forgiven(exchange: Exchange, edition: Edition) -> Explanation | None:
    """Return the mistake in a path that the mock corrected; None if the path was right."""
    if not exchange.sent_path:
        return None
    setup = setup_of(exchange, edition)
    at_the_api = {
        **setup.headers,
        "host": OURS,
    }  # the mock accepts the wrong path, but the API would not
    sent = replace(setup, path=exchange.sent_path, headers=at_the_api)
    return next(mistakes_in(sent), None)
