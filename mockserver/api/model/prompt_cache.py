"""
Which part of a prompt was read before and costs no time again.

As documented: prompts are cached in blocks of 128 tokens, for a prefix that is exactly the same,
for at least five minutes after its last use. Ours compares whole messages, the tools first.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from hashlib import blake2b
from typing import TypeAlias

BLOCK = 128
LIFETIME = 300.0
MOST = 16_384
"""Prefixes that are remembered; the one used longest ago is forgotten first."""

Account: TypeAlias = tuple[str | None, str]
"""Whose prompts are compared: those of one key to one model."""


class PromptCache:
    """The prefixes of prompts that were seen; ``now`` is in seconds since the epoch."""

    def __init__(self) -> None:
        self._seen: OrderedDict[bytes, float] = OrderedDict()  # last used last

    def read(self, account: Account, parts: Iterable[tuple[str, int]], now: float) -> int:
        """
        Return how many tokens of a prompt are cached, and remember all of it.

        The prompt comes in parts, each with its tokens. Its last token is always computed.
        """
        self._forget(now)
        digest, total, cached = blake2b(repr(account).encode(), digest_size=16), 0, 0
        for text, tokens in parts:
            digest.update(text.encode(errors="surrogatepass") + b"\0")
            total += tokens
            prefix = digest.digest()
            if self._seen.pop(prefix, None) is not None:
                cached = total
            self._seen[prefix] = now
        return max(0, min(cached, total - 1)) // BLOCK * BLOCK

    def _forget(self, now: float) -> None:
        while self._seen:
            oldest = next(iter(self._seen))
            if now - self._seen[oldest] <= LIFETIME and len(self._seen) <= MOST:
                break
            del self._seen[oldest]
