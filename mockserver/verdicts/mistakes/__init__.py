"""
Mistakes in how a client is set up: one table for requests, variables and lines of code.

A failed test, the log of ``serve`` and ``explain`` look up a request; ``cerebras-mock doctor``
looks up what it finds in the environment and in code.
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
from .mistake import Explanation, Mistake, Severity
from .models import MODELS
from .sending import SENDING
from .setup import Client, Setup, setup_of

__all__ = [
    "MISTAKES",
    "Client",
    "Explanation",
    "Mistake",
    "Setup",
    "Severity",
    "mistake_behind",
    "mistake_forgiven",
    "mistakes_in",
]

MISTAKES: tuple[Mistake, ...] = (*ABSENT, *ADDRESSES, *SENDING, *KEYS, *MODELS, *BODIES)
"""All of them, the one that explains most first."""
_REFUSALS = frozenset({400, 401, 403, 404, 405, 415, 422})


def mistakes_in(setup: Setup) -> Iterator[Explanation]:
    """Yield what is wrong with a set-up, in the order of ``MISTAKES``."""
    return (one.explained(setup) for one in MISTAKES if one.when(setup))


def mistake_behind(exchange: Exchange, edition: Edition) -> Explanation | None:
    """Return the mistake that made the API refuse a request; None if something else did."""
    by_the_scenario = exchange.faults or exchange.intervened
    if not exchange.refused or by_the_scenario or exchange.status not in _REFUSALS:
        return None
    return next(mistakes_in(setup_of(exchange, edition)), None)


def mistake_forgiven(exchange: Exchange, edition: Edition) -> Explanation | None:
    """Return the mistake in a path that the mock has corrected; None if it has not."""
    if not exchange.sent_path:
        return None
    sent = replace(setup_of(exchange, edition), path=exchange.sent_path)
    return next(mistakes_in(sent), None)
