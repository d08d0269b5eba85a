"""The requests to the status page, which are recorded apart from exchanges with the API."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from mockserver.core.messages import Sender

_MOST = 1000


@dataclass(frozen=True, slots=True)
class StatusLook:
    """
    One request to the status page: its time in seconds since the epoch, its path, and its sender.

    ``sender`` is None if unknown. ``part`` is the part of the test, as in an exchange.
    """

    at: float
    path: str
    sender: Sender | None = None
    part: int = 0


class StatusLooks:
    """The last requests to the page in one run of a scenario; ``count`` is how many there were."""

    def __init__(self) -> None:
        self.count = 0
        self._kept: deque[StatusLook] = deque(maxlen=_MOST)

    def __iter__(self) -> Iterator[StatusLook]:
        return iter(list(self._kept))  # other threads may add some

    def add(self, look: StatusLook) -> None:
        """Keep a request, and forget the oldest one if there are too many."""
        self.count += 1
        self._kept.append(look)
