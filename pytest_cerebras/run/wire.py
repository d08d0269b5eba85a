"""
What the wire tells of a client, where nobody can look into its process.

Requests that never overlap come from one client that does one thing after the other: an app, or a
suite of tests. So an equal request behind a failure is either another attempt, or another test. An
SDK tells which by ``x-stainless-retry-count``. Nothing else does, so what rests on it is advice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from mockserver.core.messages import Sender
from mockserver.journal import Exchange
from mockserver.journal.grouping import tries
from mockserver.verdicts import Verdict

ABOUT_RETRIES = frozenset(
    {
        "retry-after-ignored",
        "permanent-error-retried",
        "hot-retry",
        "overflow-repeated",
        "announced-429",
        "duplicate-request",
    }
)
"""Rules that are certain where it is known that one request is another attempt of another."""


def identify(exchanges: Sequence[Exchange]) -> None:
    """Note that all requests come from one sender, if none began before the last one had ended."""
    if all(
        early.finished is not None and late.at >= early.over for early, late in pairwise(exchanges)
    ):
        for exchange in exchanges:
            exchange.request = replace(exchange.request, sender=Sender("the client"))


def softened(verdicts: Iterable[Verdict], exchanges: Sequence[Exchange]) -> Iterator[Verdict]:
    """Yield the verdicts, as advice where only the client could tell that they are certain."""
    counted = {exchange.number for exchange in exchanges if tries(exchange)}
    told = {exchange.number for exchange in exchanges if _says_that_it_was_cut(exchange)}
    for verdict in verdicts:
        if verdict.rule == "half-answer" and told.intersection(verdict.exchanges[:1]):
            continue  # the app may have looked, and ask for the rest
        certain = verdict.rule not in ABOUT_RETRIES or counted.intersection(verdict.exchanges)
        yield verdict if certain else replace(verdict, certainty="advice")


def _says_that_it_was_cut(exchange: Exchange) -> bool:
    return any(choice.text and choice.finish == "length" for choice in exchange.choices)
