"""
Trying again, with pauses.

The SDK retries too (``max_retries``), but its three attempts are over in a second and a half, and
no rate limit of a minute has passed by then. So the app does it, and tells the SDK not to: two
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
    """Sleep as ``time`` does now: what a default holds is out of a virtual clock's reach."""
    time.sleep(seconds)  # noqa: TID251 (an app may sleep)


@dataclass(frozen=True, slots=True)
class Patience:
    """
    How long to wait for a better answer; all times are in seconds.

    Pauses double from ``first`` up to ``longest``, and are never shorter than the server's
    ``Retry-After``. A little is added by chance, so that many apps that were refused together do
    not come back together. One request may spend ``budget`` on pauses. A pause that does not fit
    in there is not begun: coming back too early would only be refused again.

    ``sleep`` and ``random`` are arguments so that a test need not wait, and has no luck.
    """

    first: float = 0.5
    longest: float = 8.0
    budget: float = 30.0
    sleep: Callable[[float], None] = _sleep
    random: Random = field(default_factory=Random)

    def retry(self, send: Callable[[], T]) -> T:
        """Return what ``send`` returns, or raise its last error when patience is at its end."""
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
