"""
Recognizes an app that handles some errors of its client and misses others.

An app that passes on all errors of its client does so by design. If the app copes with one kind of
trouble at a line, but another kind at the same line ends it, the app has forgotten the other kind.
The number of failures in a row must be comparable: the app must have coped with at least as many
failures as those that ended it. An app may give up after two failures of any kind.
"""

from __future__ import annotations

from .outcome import Failure, Outcome
from .story import Story

_FAMILIES = frozenset({"server", "limit", "connection", "cut", "time", "shape"})


class Escapes:
    """Records which families of trouble the app handles at each line, and which make it end."""

    def __init__(self) -> None:
        self._handled: dict[str, dict[str, int]] = {}
        self._ended: list[tuple[str, str, Failure, Story]] = []

    def learn(self, story: Story, outcome: Outcome) -> list[tuple[Failure, Story]]:
        """Note an outcome; return all failures so far that are bugs, each with its story."""
        place = _place_of(story, outcome)
        if place is None:
            return []
        site, family = place
        if outcome.absorbed:
            often = self._handled.setdefault(site, {})
            often[family] = max(often.get(family, 0), len(story))
        elif outcome.escaped is not None:
            self._ended.append((site, family, outcome.escaped, story))
        return [
            (failure, guilty)
            for at, kind, failure, guilty in self._ended
            if self._has_forgotten(at, kind, len(guilty))
        ]

    def _has_forgotten(self, site: str, family: str, often: int) -> bool:
        handled = self._handled.get(site, {})
        return family not in handled and any(most >= often for most in handled.values())


def _place_of(story: Story, outcome: Outcome) -> tuple[str, str] | None:
    """Return the line and the family of the steps of a story; None if the steps differ in them."""
    steps = [step for step in story if step.at <= len(outcome.requests)]
    places = {(outcome.requests[step.at - 1].site, step.trouble.family) for step in steps}
    if len(places) != 1:
        return None
    place = places.pop()
    return place if place[0] and place[1] in _FAMILIES else None
