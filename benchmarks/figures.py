"""Kinds of measurements and their results."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median


@dataclass(frozen=True, slots=True)
class Scale:
    """The amount of work for each contender."""

    rounds: int = 5
    seconds: float = 2.0
    connections: int = 32
    paced: int = 100
    idle: int = 2000
    tests: int = 200
    rules: int = 1000
    requests: int = 200_000


QUICK = Scale(
    rounds=1, seconds=0.2, connections=4, paced=4, idle=20, tests=10, rules=100, requests=400
)


@dataclass(frozen=True, slots=True)
class Setting:
    """A scale, and the cores of the servers and of the load; None leaves them unpinned."""

    scale: Scale
    server_core: int | None = None
    load_core: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """
    The result of one measurement, by metric.

    ``load`` is the share of a core that the load generator used, ``errors`` are wrong or missing
    answers.
    """

    values: Mapping[str, float]
    load: float | None = None
    errors: int = 0


@dataclass(frozen=True, slots=True)
class Kind:
    """
    One kind of measurement: the units of its metrics, its subjects, and how to measure.

    ``missing`` returns what must be installed before a subject can be measured. Ratios refer to the
    ``baseline``.
    """

    name: str
    about: str
    units: Mapping[str, str]
    subjects: Sequence[str]
    measure: Callable[[str, Setting], Found]
    baseline: str | None = None
    missing: Callable[[str], list[str]] = lambda _: []


@dataclass(slots=True)
class Figure:
    """
    The results of all rounds for one metric of one subject.

    ``load`` is the largest share of a core that the load generator used.
    """

    kind: str
    metric: str
    subject: str
    unit: str
    values: list[float] = field(default_factory=list)
    load: float | None = None
    errors: int = 0

    @property
    def median(self) -> float:
        """The median of the rounds."""
        return median(self.values)

    def ratios(self, other: Figure | None) -> list[float]:
        """Return the ratios to another figure, round by round; empty if there is none."""
        if other is None:
            return []
        return [mine / its for mine, its in zip(self.values, other.values, strict=False) if its]


class Figures:
    """All figures, in the order in which they were first found."""

    def __init__(self) -> None:
        self._all: dict[tuple[str, str, str], Figure] = {}

    def add(self, kind: Kind, subject: str, found: Found) -> None:
        """Add the result of a measurement."""
        for metric, value in found.values.items():
            unit = kind.units[metric]
            new = Figure(kind.name, metric, subject, unit)
            figure = self._all.setdefault((kind.name, metric, subject), new)
            figure.values.append(value)
            figure.errors += found.errors
            if found.load is not None:
                figure.load = max(figure.load or 0.0, found.load)

    def get(self, kind: str, metric: str, subject: str) -> Figure | None:
        """Return one figure, None if it was not measured."""
        return self._all.get((kind, metric, subject))

    def of(self, kind: str, metric: str) -> list[Figure]:
        """Return the figures of all subjects."""
        return [one for one in self._all.values() if (one.kind, one.metric) == (kind, metric)]

    def __iter__(self) -> Iterator[Figure]:
        return iter(self._all.values())
