"""
Judges a client by its requests alone, because its process can't be observed.

Requests that never overlap come from one sequential client: an app, or a suite of tests. So an
equal request after a failure is either a retry or part of another test. Only an SDK distinguishes
these, by the header field ``x-stainless-retry-count``. Without this field, verdicts on retries are
advice.
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
"""The rules that are certain only if one request is known to be a retry of another."""


def identify(exchanges: Sequence[Exchange]) -> None:
    """Attribute all requests to one sender if each began after the end of the previous one."""
    if all(
        early.finished is not None and late.at >= early.over for early, late in pairwise(exchanges)
    ):
        for exchange in exchanges:
            exchange.request = replace(exchange.request, sender=Sender("the client"))


def softened(verdicts: Iterable[Verdict], exchanges: Sequence[Exchange]) -> Iterator[Verdict]:
    """Yield the verdicts. Verdicts that only an observed client could confirm become advice."""
    counted = {exchange.number for exchange in exchanges if tries(exchange)}
    told = {exchange.number for exchange in exchanges if _says_that_it_was_cut(exchange)}
    for verdict in verdicts:
        if verdict.rule == "half-answer" and told.intersection(verdict.exchanges[:1]):
            continue  # the app may have noticed the cut, and may be requesting the rest
        certain = verdict.rule not in ABOUT_RETRIES or counted.intersection(verdict.exchanges)
        yield verdict if certain else replace(verdict, certainty="advice")


def _says_that_it_was_cut(exchange: Exchange) -> bool:
    return any(choice.text and choice.finish == "length" for choice in exchange.choices)
