"""
Recognizes an app that handles some errors of its client and misses others.

An app that passes on all errors of its client does so by design. An app that copes with one kind of
trouble at a line, but is ended by another kind at the same line, has forgotten the other kind.

An app that gives up after two failures has not forgotten the kind of the second one. So one kind of
trouble is compared with another only in these cases: one kind ended the app after some failures in
a row, while the app coped with at least as many failures of the other kind; or both kinds came
after the same faults, as in a fallback.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from .outcome import Failure, Outcome
from .story import Story

_FAMILIES = frozenset({"server", "limit", "connection", "cut", "time", "shape"})
_Place: TypeAlias = tuple[str, Story]
"""A line that sends, and the faults that came before."""


class Escapes:
    """Records which families of trouble the app handles at each place, and which make it end."""

    def __init__(self) -> None:
        self._handled: dict[_Place, dict[str, int]] = {}
        self._ended: list[tuple[_Place, str, int, Failure, Story]] = []

    def learn(self, story: Story, outcome: Outcome) -> list[tuple[Failure, Story]]:
        """Return the failures that turn out to be bugs, each with a story that shows it."""
        for place, family, often in _places_of(story, outcome):
            if outcome.absorbed:
                handled = self._handled.setdefault(place, {})
                handled[family] = max(handled.get(family, 0), often)
            elif outcome.escaped is not None:
                self._ended.append((place, family, often, outcome.escaped, story))
        found = [
            (failure, guilty)
            for place, family, often, failure, guilty in self._ended
            if self._has_forgotten(place, family, often)
        ]
        return list(dict.fromkeys(found))

    def _has_forgotten(self, place: _Place, family: str, often: int) -> bool:
        handled = self._handled.get(place, {})
        return family not in handled and any(most >= often for most in handled.values())


def _places_of(story: Story, outcome: Outcome) -> Iterator[tuple[_Place, str, int]]:
    """
    Yield each place at which a story shows how the app copes with a family of trouble.

    Each place comes with the family and the number of faults of this family. If all faults of the
    story are of one family and at one line, they have a place without earlier faults. If the story
    has several faults, the last one has a place of its own after the others, so that it can be
    compared with the last fault of other stories that begin in the same way.
    """
    if not story or story[-1].at > len(outcome.requests):
        return
    *before, (site, family) = (
        (outcome.requests[step.at - 1].site, step.trouble.family) for step in story
    )
    if not site or family not in _FAMILIES:
        return
    if set(before) <= {(site, family)}:
        yield (site, ()), family, len(story)
    if before:
        yield (site, story[:-1]), family, 1
