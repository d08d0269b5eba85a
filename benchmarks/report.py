"""The figures of a run, as a table for people and as JSON for comparing runs."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from itertools import groupby
from statistics import median
from typing import Any

TOO_BUSY = 0.95
_PACKAGES = ("aiohttp", "orjson", "pydantic", "pytest-cerebras", "uvloop")


@dataclass(slots=True)
class Figure:
    """
    What all rounds found for one contender and kind.

    ``cpu`` is the largest share of a core that the load generator used, ``size`` the bytes of an
    answer, head included.
    """

    kind: str
    contender: str
    unit: str
    values: list[float] = field(default_factory=list)
    size: float = 0.0
    cpu: float | None = None
    errors: int = 0

    @property
    def median(self) -> float:
        """The middle one of the rounds."""
        return median(self.values)

    def ratio(self, baseline: Figure | None) -> float | None:
        """Return how many times the baseline this is; None without one."""
        return self.median / baseline.median if baseline and baseline.median else None

    def line(self, baseline: Figure | None) -> str:
        """Return a row of the table."""
        ratio = self.ratio(baseline)
        cells = (
            f"  {self.contender:<18}",
            f"{self.median:>10,.0f}",
            f"{min(self.values):>10,.0f} - {max(self.values):<10,.0f}",
            f"{'-' if ratio is None else f'{ratio:.2f}':>6}",
            "" if self.cpu is None else f"{self.size:>9,.0f} {self.cpu:>9.0%}",
            f"  {self.errors} errors" if self.errors else "",
            "  load generator too busy" if (self.cpu or 0) >= TOO_BUSY else "",
        )
        return "".join(cells).rstrip()


def table(figures: list[Figure], baseline: str) -> str:
    """Return a block of rows for each kind."""
    columns = f"{'median':>10}{'min':>10} - {'max':<10}{'ratio':>6}{'bytes':>9} {'load CPU':>9}"
    lines = []
    for (kind, unit), group in groupby(figures, lambda figure: (figure.kind, figure.unit)):
        rows = list(group)
        base = next((row for row in rows if row.contender == baseline), None)
        lines += ["", f"{kind}, {unit}".ljust(20) + columns, *(row.line(base) for row in rows)]
    return "\n".join(lines)


def document(figures: list[Figure], baseline: str, settings: Mapping[str, Any]) -> str:
    """Return everything as JSON."""
    base = {figure.kind: figure for figure in figures if figure.contender == baseline}
    rows = [
        {**asdict(figure), "median": figure.median, "ratio": figure.ratio(base.get(figure.kind))}
        for figure in figures
    ]
    whole = {"baseline": baseline, "settings": settings, "machine": _machine(), "figures": rows}
    return json.dumps(whole, indent=2) + "\n"


def _machine() -> dict[str, str]:
    found = {"python": sys.version.split()[0], "platform": platform.platform()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
