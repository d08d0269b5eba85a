"""
Chooses the story to play next: first single faults, then longer stories with new behavior.

A story is extended by one more fault, in any of the requests after its last fault. If a story
showed nothing new, its extensions are played later, or are left out as equal. Extensions whose last
fault breaks the test by itself are left out as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from heapq import heappop, heappush
from random import Random
from typing import TypeAlias

from .outcome import Outcome, Seen
from .story import Step, Story, Trouble

CanAct: TypeAlias = Callable[[Seen, Trouble], bool]
"""Returns whether a trouble can act on a request."""

_MOST_STEPS = 4
_MOST_EQUAL = 2  # how many stories with equal signatures are extended
_MOST_PLACES = 24  # how many requests after a story are tried for one more fault
_LATER_VALUE = 0.5
_LATER_KIND = 0.1
_LATER_EQUAL = 1.0
_SOONER_IF_IT_LASTS = 0.5  # an outage over two requests is the most common story of two faults


class Exploration:
    """
    The stories that are left to play.

    ``left_out`` counts the stories left out: those equal to stories played before, and those whose
    last fault breaks the test by itself.
    """

    def __init__(self, known: Sequence[Trouble], can_act: CanAct, seed: int = 0) -> None:
        self._known = known
        self._can_act = can_act
        self._random = Random(seed)
        self._later = dict(_lateness(known))
        self._waiting: list[tuple[float, float, Story]] = []
        self._seen: set[Story] = set()
        self._extended = Counter[Hashable]()
        self._breaks: set[tuple[Hashable, Trouble]] = set()
        self.left_out = 0

    def next(self) -> Story | None:
        """Return the story to play next; None if all are played."""
        return heappop(self._waiting)[2] if self._waiting else None

    def learn(self, story: Story, outcome: Outcome) -> None:
        """Add the extensions of a story that was played."""
        last = story[-1].at if story else 0
        if len(story) == 1 and outcome.fails and last <= len(outcome.requests):
            self._breaks.add((outcome.requests[last - 1].shape, story[0].trouble))
        may_go_on = outcome.usable and not outcome.fails and len(story) < _MOST_STEPS
        if not may_go_on or (story and last not in outcome.acted):
            return
        ground = outcome.signature, story[-1].trouble.family if story else ""
        equal = self._extended[ground]
        self._extended[ground] += 1
        steps = list(self._steps_after(outcome.requests, story))
        if equal >= _MOST_EQUAL:
            self.left_out += len(steps)
            return
        for later, step in steps:
            extended = (*story, step)
            known = (outcome.requests[step.at - 1].shape, step.trouble) in self._breaks
            self.left_out += known
            if extended not in self._seen and not known:
                self._seen.add(extended)
                priority = len(story) + equal * _LATER_EQUAL + later
                heappush(self._waiting, (priority, self._random.random(), extended))

    def _steps_after(self, requests: Sequence[Seen], story: Story) -> Iterator[tuple[float, Step]]:
        """Yield steps that may extend a story, each with a number; the lowest is played first."""
        last = story[-1].at if story else 0
        before = Counter[Hashable](one.shape for one in requests[:last])
        for at, seen in enumerate(requests[last : last + _MOST_PLACES], last + 1):
            again = min(before[seen.shape], 4) * _LATER_VALUE
            before[seen.shape] += 1
            for trouble in self._known:
                if self._can_act(seen, trouble):
                    lasts = bool(story) and story[-1] == Step(at - 1, trouble)
                    later = -_SOONER_IF_IT_LASTS if lasts else again + self._later[trouble]
                    yield later, Step(at, trouble)


def _lateness(known: Sequence[Trouble]) -> Iterator[tuple[Trouble, float]]:
    """Yield each trouble, with its delay behind the first trouble of the same family."""
    kinds: dict[str, list[int]] = {}
    for trouble in known:
        of_family = kinds.setdefault(trouble.family, [])
        if trouble.rank not in of_family:
            of_family.append(trouble.rank)
        later = of_family.index(trouble.rank) * _LATER_KIND
        yield trouble, later + max(trouble.variant - 1, 0) * _LATER_VALUE
