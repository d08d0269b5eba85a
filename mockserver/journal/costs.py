"""
Computes what an exchange costs, from the tokens that the API bills and from their price.

An error costs nothing, and neither does a request that the model never received. A completion costs
all its tokens. The cost of a broken answer has to be deduced. A document is generated before its
first byte is sent, so it costs all its tokens, wherever it is cut. A stream that breaks off costs
its prompt and the tokens that were sent. If the client leaves early, the answer costs all its
tokens, because nothing shows that the API stops generating when the client leaves.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mockserver.api.contract.edition import Edition
from mockserver.core.units import counted, dollars
from mockserver.plan import inspection

from .exchange import Exchange
from .journal import Journal

_USAGE = b'"usage":'


@dataclass(frozen=True, slots=True)
class Usage:
    """Billed tokens; ``cached`` is how many tokens of the ``prompt`` come from the cache."""

    prompt: int
    completion: int
    cached: int = 0

    @property
    def tokens(self) -> int:
        """All tokens."""
        return self.prompt + self.completion


def billed(exchange: Exchange) -> Usage | None:
    """Return the tokens that the API bills for an exchange; None if the exchange costs nothing."""
    if not exchange.admitted or exchange.refused:
        return None
    completion = exchange.completion_tokens
    if exchange.interrupted or exchange.stalled:
        if not inspection.streams(exchange.plan):
            completion = max(completion, exchange.generated_tokens)
    elif not completion and _USAGE not in inspection.body_of(exchange.plan):
        return None  # a page or an error in place of a completion
    return Usage(exchange.prompt_tokens, completion, exchange.cached_tokens)


def cost_of(usage: Usage, model: str, edition: Edition) -> float | None:
    """Return the dollars that a model's tokens cost; None if the edition has no price."""
    known = edition.models.get(model)
    if known is None or known.price is None:
        return None
    return known.price.of(usage.prompt, usage.completion, usage.cached)


def bill(journals: Iterable[tuple[Journal, Edition]]) -> str:
    """Return a line on what the requests in the journals cost; empty if they used no tokens."""
    requests, dropped, tokens, cost = 0, 0, 0, 0.0
    unpriced: set[str] = set()
    for journal, edition in journals:
        dropped += journal.count - len(journal.exchanges)
        for exchange in journal.exchanges:
            requests += 1
            usage = billed(exchange)
            if usage is not None:
                price = cost_of(usage, exchange.model, edition)
                tokens += usage.tokens
                cost += price or 0.0
                unpriced |= {exchange.model} if price is None else set()
    if not tokens:
        return ""
    of = f"the latest {requests} requests" if dropped else counted(requests, "request")
    rest = f" (no price for {', '.join(sorted(unpriced))})" if unpriced else ""
    return f"cost: {of}, {counted(tokens, 'token')}, {dollars(cost)}{rest}"
