"""
The prompt cache: how many tokens of a prompt the API has seen before.

As documented, prompts are cached in blocks of 128 tokens. A block is used again if a later
prompt is exactly the same up to the end of the block. A block stays cached for at least five
minutes after its last use. This cache compares the tools first, then whole messages.
The cache identifies a prefix by Python's 64-bit hash, because a string computes its hash
only once.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import TypeAlias

BLOCK = 128
LIFETIME = 300.0
MOST = 16_384
"""How many prefixes are kept; the least recently used one is dropped first."""

Account: TypeAlias = tuple[str | None, str]
"""The API key and the model; each account has prefixes of its own."""


class PromptCache:
    """The prefixes of earlier prompts; ``now`` is in seconds since the epoch."""

    def __init__(self) -> None:
        self._seen: OrderedDict[int, float] = OrderedDict()  # the most recently used is last

    def read(self, account: Account, parts: Iterable[tuple[str, int]], now: float) -> int:
        """
        Return how many tokens of a prompt were cached, and cache the whole prompt.

        ``parts`` are texts with their token counts. The last token is never taken from the cache.
        """
        self._expire(now)
        prefix, total, cached = hash(account), 0, 0
        seen = self._seen
        for text, tokens in parts:
            total += tokens
            prefix = hash((prefix, text))
            if seen.pop(prefix, None) is not None:
                cached = total
            seen[prefix] = now
        return max(0, min(cached, total - 1)) // BLOCK * BLOCK

    def _expire(self, now: float) -> None:
        while self._seen:
            oldest = next(iter(self._seen))
            if now - self._seen[oldest] <= LIFETIME and len(self._seen) <= MOST:
                break
            del self._seen[oldest]
