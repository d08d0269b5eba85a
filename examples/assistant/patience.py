"""
Retries with pauses.

The SDK retries too (``max_retries``). But its three attempts are over in a second and a half, when
a rate limit of a minute still applies. So the app retries, and tells the SDK not to, because two
layers of three attempts each would send nine requests.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

from cerebras.cloud.sdk import APIError
from problems import in_words, retry_after, worth_retrying

T = TypeVar("T")

log = logging.getLogger(__name__)


def _sleep(seconds: float) -> None:
    """Call ``time.sleep`` by name: a virtual clock can't replace it in a default value."""
    time.sleep(seconds)  # noqa: TID251 (an app may sleep)


@dataclass(frozen=True, slots=True)
class Patience:
    """
    How long to wait between attempts; all times are in seconds.

    Pauses double from ``first`` up to ``longest``, and are never shorter than the server's
    ``Retry-After``. A little random time is added, so that many apps that were refused together do
    not retry together. The pauses of one request may add up to ``budget``. If the next pause would
    exceed it, the app gives up, because a shorter pause would only lead to another refusal.

    Tests pass ``sleep`` and ``random``, so that they don't wait and don't depend on chance.
    """

    first: float = 0.5
    longest: float = 8.0
    budget: float = 30.0
    sleep: Callable[[float], None] = _sleep
    random: Random = field(default_factory=Random)

    def retry(self, send: Callable[[], T]) -> T:
        """Return what ``send`` returns; raise its error when a retry can't help or is too late."""
        left, pause = self.budget, self.first
        while True:
            try:
                return send()
            except APIError as error:
                wait = max(pause, retry_after(error)) * self.random.uniform(1, 1.25)
                if wait > left or not worth_retrying(error):
                    raise
                log.warning("%s Trying again in %.1f seconds.", in_words(error), wait)
            self.sleep(wait)
            left -= wait
            pause = min(2 * pause, self.longest)
