"""
Recognizes an app that handles some errors of its client and misses others.

An app that passes on all errors of its client does so by design. An app that copes with one kind of
trouble at a line, but ends by another kind at the same line, has forgotten the other kind. This
holds only if the app copes with at least as many failures in a row: an app that gives up after two
failures has not forgotten the kind of the second one.
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
        """Return the failures that turn out to be bugs, each with a story that shows it."""
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
    """Return the line and the family of a story if all its steps have the same line and family."""
    steps = [step for step in story if step.at <= len(outcome.requests)]
    places = {(outcome.requests[step.at - 1].site, step.trouble.family) for step in steps}
    if len(places) != 1:
        return None
    place = places.pop()
    return place if place[0] and place[1] in _FAMILIES else None
