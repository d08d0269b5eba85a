"""
Shrinks a story that fails: fewest faults, earliest requests, simplest kinds, roundest numbers.

``shrunk`` is a generator. It yields stories to play, receives their outcomes by ``send``, and
returns the smallest story that fails for the same cause.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from .outcome import Cause, Outcome
from .story import Step, Story, Trouble, with_step, without

_MOST_PLACES = 8  # how many earlier requests are tried for a step


@dataclass(frozen=True, slots=True)
class Shrunk:
    """
    The smallest story found for a cause.

    ``needed`` counts the steps that are needed: when one of these was left out, the test passed.
    ``is_final`` is false if the shrinking was stopped.
    """

    story: Story
    needed: int
    is_final: bool = True

    @property
    def is_minimal(self) -> bool:
        """Whether each of the steps is needed."""
        return self.needed == len(self.story)


Shrinking: TypeAlias = Generator[Story, Outcome, Shrunk]
_Ways: TypeAlias = Callable[[Story], Iterator[Story]]


def shrunk(story: Story, cause: Cause, known: Sequence[Trouble]) -> Shrinking:
    """Return the smallest story with the same cause; ``known`` has all troubles, simplest first."""
    ways: tuple[_Ways, ...] = (
        _with_fewer,
        _earlier,
        lambda one: _simpler(one, known),
        lambda one: _rounder(one, known),
    )
    smaller: Story | None = story
    while smaller is not None:
        story = smaller
        smaller = None
        for way in ways:
            smaller = yield from _first_failing(way(story), cause)
            if smaller is not None:
                break
    needed = 0
    for step in story:
        outcome = yield without(story, step)
        needed += outcome.usable and not outcome.fails
    return Shrunk(story, needed)


def _first_failing(
    stories: Iterator[Story], cause: Cause
) -> Generator[Story, Outcome, Story | None]:
    for candidate in stories:
        outcome = yield candidate
        if outcome.has(cause) and all(step.at in outcome.acted for step in candidate):
            return candidate
    return None


def _with_fewer(story: Story) -> Iterator[Story]:
    if len(story) > 1:
        yield from (without(story, step) for step in reversed(story))


def _earlier(story: Story) -> Iterator[Story]:
    """Yield the story with all its steps moved to earlier requests, then with one step moved."""
    first = story[0].at
    for shift in range(first - 1, 0, -1):
        yield tuple(Step(step.at - shift, step.trouble) for step in story)
    taken = {step.at for step in story}
    for number, step in enumerate(story):
        least = story[number - 1].at + 1 if number else 1
        for at in range(least, min(step.at, least + _MOST_PLACES)):
            if at not in taken:
                yield with_step(story, step, Step(at, step.trouble))


def _simpler(story: Story, known: Sequence[Trouble]) -> Iterator[Story]:
    """Yield the story with one trouble made simpler: first of another family, then of its own."""
    for step in story:
        families: set[str] = set()
        own: list[Trouble] = []
        for trouble in known:
            if trouble.rank >= step.trouble.rank or trouble.variant:
                continue
            if trouble.family == step.trouble.family:
                own.append(trouble)
            elif trouble.family not in families:
                families.add(trouble.family)
                yield with_step(story, step, Step(step.at, trouble))
        yield from (with_step(story, step, Step(step.at, trouble)) for trouble in own)


def _rounder(story: Story, known: Sequence[Trouble]) -> Iterator[Story]:
    for step in story:
        for trouble in known:
            if trouble.rank == step.trouble.rank and trouble.variant < step.trouble.variant:
                yield with_step(story, step, Step(step.at, trouble))
