"""The table of the project's targets, and whether a run reached them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from .figures import Figures


@dataclass(frozen=True, slots=True)
class Target:
    """
    A bound of one figure: at least ``low``, at most ``high``.

    With ``versus``, the bounds are those of the ratio to that subject's figure.
    """

    kind: str
    metric: str
    subject: str
    low: float | None = None
    high: float | None = None
    versus: str | None = None

    def value(self, figures: Figures) -> float | None:
        """Return the measured value, None if there is none."""
        found = figures.get(self.kind, self.metric, self.subject)
        if found is None:
            return None
        if self.versus is None:
            return found.median
        ratios = found.ratios(figures.get(self.kind, self.metric, self.versus))
        return median(ratios) if ratios else None

    def reached(self, value: float) -> bool:
        """Return whether a value is within the bounds."""
        above = self.low is None or value >= self.low
        return above and (self.high is None or value <= self.high)

    @property
    def asked(self) -> str:
        """The bounds as text."""
        bounds = ((">=", self.low), ("<=", self.high))
        return " and ".join(f"{sign} {bound:g}" for sign, bound in bounds if bound is not None)

    def line(self, value: float, unit: str) -> str:
        """Return the outcome as a row."""
        what = f"x {self.versus}" if self.versus else unit
        verdict = "reached" if self.reached(value) else "MISSED"
        label = f"{self.kind}, {self.metric}, {self.subject}"
        return f"  {label:<38}{value:>8.3g} {what:<32}{self.asked:<20}{verdict}"


_BY_PROCESSOR = "rate by processor"

TARGETS = (
    Target("varied", _BY_PROCESSOR, "ours", low=1.0, versus="aimock"),
    Target("varied", _BY_PROCESSOR, "ours+log", low=0.91, versus="ours"),
    Target("varied-stream", _BY_PROCESSOR, "ours", low=2.0, versus="aimock"),
    Target("traced", _BY_PROCESSOR, "ours", low=1.0, versus="aimock"),
    Target("plain", "rate", "ours", low=1.1, versus="aimock"),
    Target("plain", "rate", "ours", low=0.70, versus="aiohttp"),
    Target("plain", "rate", "ours", low=3, versus="pytest-httpserver"),
    Target("stream", "rate", "ours", low=3, versus="aimock"),
    Target("stream", "rate", "ours", low=0.60, versus="aiohttp"),
    Target("paced", "median rate", "ours", low=0.98, high=1.02),
    Target("paced", "worst rate", "ours", low=0.95, high=1.05),
    Target("paced", "first token, p99", "ours", high=5),
    Target("idle", "memory", "ours", high=25),
    Target("idle", "answer", "ours", high=10),
    Target("start-up", "first answer", "ours", high=600),
    Target("fixture", "first use", "ours", high=500),
    Target("fixture", "further test", "ours", high=1),
    Target("fixture", "client", "ours", high=2),
    Target("imports", "empty run", "ours", high=5),
    Target("suite", "one empty test", "ours", high=600),
    Target("suite", "import profile", "ours", high=450),
    Target("suite", "own Cerebras()", "ours", high=1.5),
    Target("suite", "own OpenAI()", "ours", high=1.5),
    Target("engine", "plain chat", "ours", high=80),
    Target("engine", "many rules", "ours", high=1000),
    Target("memory", "growth", "ours", high=1.05),
)


def lines(figures: Figures) -> Iterator[str]:
    """Yield a row for each target that was measured."""
    for target in TARGETS:
        value = target.value(figures)
        found = figures.get(target.kind, target.metric, target.subject)
        if value is not None and found is not None:
            yield target.line(value, found.unit)
