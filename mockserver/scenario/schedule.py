"""Which of the matching requests a rule takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Annotated, TypeAlias

from pydantic import Field

from mockserver.core.seeding import Draws
from mockserver.core.units import Count, Positive, Probability, Seconds, decimal

from .predicate import Predicate, first_failing


@dataclass(frozen=True, slots=True)
class Window:
    """
    A time window, relative to the scenario's start, that can repeat.

    ``after`` is the time from the scenario's start until the window first opens. ``for`` is how
    long the window stays open (``lasting`` in Python). ``repeat`` is the time from one opening to
    the next; without ``repeat``, the window opens only once.
    """

    after: Seconds = 0.0
    lasting: Annotated[Seconds, Field(alias="for")] = float("inf")
    repeat: Seconds | None = None

    def __post_init__(self) -> None:
        if self.repeat is not None and self.repeat <= self.lasting:
            raise ValueError("'repeat' should be longer than 'for', or the window never closes")

    def open(self, elapsed: float) -> bool:
        """Return whether the window is open ``elapsed`` seconds after the scenario's start."""
        return self.span(elapsed) is not None

    def span(self, elapsed: float) -> tuple[float, float] | None:
        """Return when the window opened and when it closes; None if it is not open."""
        if elapsed < self.after:
            return None
        period = self.repeat or 0.0
        opened = self.after + (period and (elapsed - self.after) // period * period)
        closes = opened + self.lasting
        return (opened, closes) if elapsed < closes else None

    def changed(self, elapsed: float) -> float:
        """Return when the window last opened or closed; 0 before it first opens."""
        if elapsed < self.after:
            return 0.0
        if (span := self.span(elapsed)) is not None:
            return span[0]
        period = self.repeat or 0.0
        return self.after + (period and (elapsed - self.after) // period * period) + self.lasting

    def until_change(self, elapsed: float) -> float:
        """Return the seconds until the window next opens or closes; infinity if it never does."""
        if elapsed < self.after:
            return self.after - elapsed
        if (span := self.span(elapsed)) is not None:
            return span[1] - elapsed
        if self.repeat is None:
            return float("inf")
        return self.repeat - (elapsed - self.after) % self.repeat


@dataclass(slots=True)
class Trial:
    """
    One request tried against the schedule of a rule.

    ``number`` counts from 1. ``elapsed`` is in seconds since the start of the scenario. ``draws``
    has a random number from 0 to 1 for each probability in the schedule. ``refused`` is the failing
    predicate if the rule does not act. ``acted`` counts the trials in which the rule acted, up to
    and including this one.
    """

    number: int
    elapsed: float = 0.0
    draws: tuple[float, ...] = ()
    refused: TrialPredicate | None = None
    acted: int = 0

    def difference(self, _: object) -> str:
        """Return why the rule did not act."""
        return self.refused.difference(self) if self.refused else ""


TrialPredicate: TypeAlias = Predicate[Trial]


@dataclass(frozen=True, slots=True)
class Schedule:
    """
    Which requests a rule takes. All keys must select the request; an empty schedule selects all.

    ``after`` skips this many requests, and the other keys count only the requests after these.
    ``first``, ``at`` and ``every`` count the requests that reach the rule, starting at 1.
    ``probability`` applies to each request; the draws come from the seed. ``window`` is the time in
    which the rule acts. At least one schedule in ``any`` must select the request (``any_of`` in
    Python). Every schedule in ``all`` must select the request (``all_of`` in Python). ``not`` is a
    schedule that must not select the request (``excluded`` in Python).
    """

    after: Count = 0
    first: Positive | None = None
    at: tuple[Positive, ...] | None = None
    every: Positive | None = None
    probability: Probability | None = None
    window: Window | None = None
    any_of: Annotated[tuple[Schedule, ...], Field(alias="any", min_length=1)] = ()
    all_of: Annotated[tuple[Schedule, ...], Field(alias="all", min_length=1)] = ()
    excluded: Annotated[Schedule | None, Field(alias="not")] = None

    def __post_init__(self) -> None:
        if self.excluded is not None and not self.excluded.predicates(count()):
            raise ValueError("'not' is empty, so no request would match")

    @property
    def windows(self) -> tuple[Window, ...]:
        """All windows of the schedule and of the schedules in it."""
        inner = (*self.any_of, *self.all_of, *((self.excluded,) if self.excluded else ()))
        own = () if self.window is None else (self.window,)
        return (*own, *(window for schedule in inner for window in schedule.windows))

    def predicates(self, draws: Iterator[int]) -> tuple[TrialPredicate, ...]:
        """
        Return the predicates of a trial.

        For each probability, ``draws`` yields the position of its random number in ``Trial.draws``.
        """
        return (*self._counted(), *self._drawn(draws), *self._composed(draws))

    def _counted(self) -> Iterator[TrialPredicate]:
        after, first, at, every = self.after, self.first, self.at, self.every
        if after:
            yield Predicate(lambda trial: trial.number > after, _counting(f"after: {after}"))
        if first is not None:
            last = after + first
            yield Predicate(lambda trial: trial.number <= last, _counting(f"first: {first}"))
        if at is not None:
            yield Predicate(lambda trial: trial.number - after in at, _counting(f"at: {list(at)}"))
        if every is not None:
            yield Predicate(
                lambda trial: (trial.number - after) % every == 0, _counting(f"every: {every}")
            )

    def _drawn(self, draws: Iterator[int]) -> Iterator[TrialPredicate]:
        if (window := self.window) is not None:
            yield Predicate(
                lambda trial: window.open(trial.elapsed),
                lambda trial: f"it came at {decimal(trial.elapsed)} s, when the window was closed",
            )
        if (chance := self.probability) is not None:
            at = next(draws)
            yield Predicate(
                lambda trial: trial.draws[at] < chance,
                lambda trial: f"its probability is {chance:g}, and {trial.draws[at]:.3f} was drawn",
            )

    def _composed(self, draws: Iterator[int]) -> Iterator[TrialPredicate]:
        for schedule in self.all_of:
            yield from schedule.predicates(draws)
        if self.any_of:
            groups = [schedule.predicates(draws) for schedule in self.any_of]
            yield Predicate(
                lambda trial: any(first_failing(group, trial) is None for group in groups),
                lambda trial: f"counted as request {trial.number}, but no schedule in 'any' fits",
            )
        if self.excluded is not None:
            group = self.excluded.predicates(draws)
            yield Predicate(
                lambda trial: first_failing(group, trial) is not None,
                lambda trial: f"counted as request {trial.number}, but 'not' excludes it",
            )


def _counting(says: str) -> Callable[[Trial], str]:
    return lambda trial: f"counted as request {trial.number}, but the schedule has {says}"


class Trials:
    """
    The trials of one rule in one run of a scenario.

    Every trial draws its random numbers, even if other keys already refuse the trial, so the draws
    of later trials do not depend on the outcome of earlier ones.
    """

    def __init__(self, schedule: Schedule, seed: str) -> None:
        places = count()
        self._predicates = schedule.predicates(places)
        self._draws = Draws(seed, next(places))
        self._taken = 0
        self._acted = 0

    @property
    def decide(self) -> bool:
        """Whether the schedule can refuse any trial."""
        return bool(self._predicates)

    def take(self, elapsed: float) -> Trial:
        """Return the next trial, ``elapsed`` seconds after the start of the scenario."""
        self._taken += 1
        trial = self.tried(self._taken, elapsed)
        if trial.refused is None:
            self._acted += 1
        trial.acted = self._acted
        return trial

    def tried(self, number: int, elapsed: float) -> Trial:
        """Return the trial with this number; its ``acted`` is unknown."""
        trial = Trial(number, elapsed, self._draws.of(number))
        trial.refused = first_failing(self._predicates, trial)
        return trial
