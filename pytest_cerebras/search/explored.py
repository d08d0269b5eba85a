"""
The grid of the search: the lines of the app that send requests, and the fault classes.

A cell of this grid is a line and a fault class. A cell is impossible if its fault class can't act
on the requests that the line sends.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal, TypeAlias

from mockserver.core.units import counted
from mockserver.verdicts.fault_classes import FAULT_CLASSES

from .outcome import Outcome
from .story import Story

Result: TypeAlias = Literal["failed", "allowed", "passed", "not-tried", "cannot-act"]
_WORST_FIRST: tuple[Result, ...] = ("failed", "allowed", "passed", "not-tried", "cannot-act")
TRIED: tuple[Result, ...] = ("failed", "allowed", "passed")
_Place: TypeAlias = tuple[str, str]
"""A line of the app, and a fault class."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the app, with the result of each fault class, in the order of the classes."""

    site: str
    results: Mapping[str, Result]


@dataclass(frozen=True, slots=True)
class Explored:
    """
    The grid of a test or of a run.

    ``pairs`` are the ordered pairs of cells that were tried in one story, each as line, class,
    line, class.
    """

    lines: tuple[Line, ...] = ()
    pairs: tuple[tuple[str, str, str, str], ...] = ()

    @property
    def possible(self) -> int:
        """The number of cells, without the impossible ones."""
        return sum(result != "cannot-act" for line in self.lines for result in _of(line))

    @property
    def tried(self) -> int:
        """The number of cells that were tried."""
        return sum(result in TRIED for line in self.lines for result in _of(line))

    @property
    def percent(self) -> float:
        """The percentage of the possible cells that were tried."""
        return 100 * self.tried / self.possible if self.possible else 0.0

    def line(self) -> str:
        """Return on one line how many faults and how many pairs were tried."""
        faults = f"{self.tried} of {counted(self.possible, 'fault')}"
        where = counted(len(self.lines), "line")
        pairs = f"{len(self.pairs)} of {counted(self.possible**2, 'pair')}"
        return f"explored: {faults} at {where} of the app ({self.percent:.0f} %), {pairs}"

    def merged(self, other: Explored) -> Explored:
        """Return the combined grid of two tests, with the worse result of each cell."""
        results: dict[str, Mapping[str, Result]] = {}
        for line in (*self.lines, *other.lines):
            before = results.get(line.site, line.results)
            results[line.site] = {name: _worst(before[name], line.results[name]) for name in before}
        lines = tuple(Line(site, found) for site, found in sorted(results.items()))
        return Explored(lines, tuple(sorted({*self.pairs, *other.pairs})))


@dataclass(slots=True)
class Grid:
    """Collects the cells of one test while it is searched."""

    results: dict[_Place, Result] = field(default_factory=dict[_Place, Result])
    pairs: set[tuple[_Place, _Place]] = field(default_factory=set[tuple[_Place, _Place]])

    def can_meet(self, site: str, fault_classes: Iterable[str]) -> None:
        """Note that some fault classes can act on the requests of a line."""
        for name in fault_classes:
            self.results.setdefault((site, name), "not-tried")

    def learn(self, story: Story, outcome: Outcome) -> None:
        """Note the result of a story for each of its faults that reached the client."""
        if not outcome.usable:
            return
        result: Result = "failed" if outcome.fails else "allowed" if outcome.ended else "passed"
        met = [
            [(seen.site, name) for name in seen.fault_classes]
            for seen in (
                outcome.requests[step.at - 1] for step in story if step.at in outcome.acted
            )
        ]
        for place in (place for places in met for place in places):
            self.results[place] = _worst(self.results.get(place, result), result)
        for first, second in combinations(met, 2):
            self.pairs.update((one, other) for one in first for other in second)

    def explored(self) -> Explored:
        """Return the grid so far."""
        sites = sorted({site for site, _ in self.results})
        lines = tuple(
            Line(
                site, {name: self.results.get((site, name), "cannot-act") for name in FAULT_CLASSES}
            )
            for site in sites
        )
        return Explored(lines, tuple(sorted((*one, *other) for one, other in self.pairs)))


def _of(line: Line) -> Iterable[Result]:
    return line.results.values()


def _worst(one: Result, other: Result) -> Result:
    return min(one, other, key=_WORST_FIRST.index)
