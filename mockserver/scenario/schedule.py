"""Which of the requests that match a rule it takes."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Annotated

from pydantic import Field

from mockserver.quantities import Positive, Probability, Seconds


@dataclass(frozen=True, slots=True)
class Window:
    """
    A span of time that is counted from the scenario's start, and may come again.

    It opens ``after`` so long, stays open ``for`` so long (``lasting`` in Python), and opens again
    every ``repeat``.
    """

    after: Seconds = 0.0
    lasting: Annotated[Seconds, Field(alias="for")] = float("inf")
    repeat: Seconds | None = None

    def __post_init__(self) -> None:
        if self.repeat is not None and self.repeat <= self.lasting:
            raise ValueError("'repeat' should be longer than 'for', or the window never closes")

    def open(self, elapsed: float) -> bool:
        """Return whether it is open so many seconds after the scenario's start."""
        since = elapsed - self.after
        if since < 0:
            return False
        return (since % self.repeat if self.repeat else since) < self.lasting

    def until_change(self, elapsed: float) -> float:
        """Return the seconds until it opens or closes next; infinite when it never does again."""
        since = elapsed - self.after
        if since < 0:
            return -since
        phase = since % self.repeat if self.repeat else since
        return (self.lasting if phase < self.lasting else self.repeat or float("inf")) - phase


@dataclass(frozen=True, slots=True)
class Schedule:
    """
    When a rule acts; an empty one always does, several keys must all agree.

    ``first``, ``at`` and ``every`` count the requests that the rule was asked about, from 1.
    ``probability`` is that of each request, drawn from the seed. ``window`` is when it acts.
    """

    first: Positive | None = None
    at: tuple[Positive, ...] | None = None
    every: Positive | None = None
    probability: Probability | None = None
    window: Window | None = None

    def fires(self, count: int, *, elapsed: float, random: Random) -> bool:
        """
        Return whether the rule takes its ``count``-th request.

        ``elapsed`` is in seconds since the start of the scenario. Chance is drawn for each
        request, whatever the other keys say, so that the draws of later ones don't depend on it.
        """
        lucky = self.probability is None or random.random() < self.probability
        return (
            lucky
            and (self.first is None or count <= self.first)
            and (self.at is None or count in self.at)
            and (self.every is None or count % self.every == 0)
            and (self.window is None or self.window.open(elapsed))
        )
