"""The figures of a run, as a table for people and as JSON for comparing runs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from statistics import median
from typing import Any

from . import machine, targets
from .figures import Figure, Figures, Kind

TOO_BUSY = 0.95
_COLUMNS = f"{'median':>10}{'min':>10} - {'max':<10}{'ratio':>6} {'(min - max)':<14}{'load CPU':>9}"


def text(figures: Figures, kinds: Iterable[Kind]) -> str:
    """Return a block of rows for each metric, and the targets."""
    found = [line for kind in kinds for line in _block(figures, kind)]
    outcome = list(targets.lines(figures))
    return "\n".join((*found, *(("", "targets", *outcome) if outcome else ())))


def document(figures: Figures, kinds: Iterable[Kind], settings: Mapping[str, Any]) -> str:
    """Return everything as JSON."""
    baselines = {kind.name: kind.baseline for kind in kinds}
    rows = [
        {**asdict(one), "median": one.median, "ratios": _ratios(figures, one, baselines[one.kind])}
        for one in figures
    ]
    whole = {
        "machine": machine.described(),
        "settings": settings,
        "baselines": baselines,
        "figures": rows,
    }
    return json.dumps(whole, indent=2) + "\n"


def _block(figures: Figures, kind: Kind) -> Iterator[str]:
    yield from ("", f"{kind.name}: {kind.about}")
    for metric, unit in kind.units.items():
        rows = figures.of(kind.name, metric)
        if rows:
            yield f"  {f'{metric}, {unit}':<38}{_COLUMNS}".rstrip()
        for row in rows:
            yield _row(row, _ratios(figures, row, kind.baseline))


def _row(figure: Figure, ratios: list[float]) -> str:
    low, high = min(figure.values), max(figure.values)
    spread = f"({min(ratios):.2f} - {max(ratios):.2f})" if ratios else ""
    cells = (
        f"    {figure.subject:<36}",
        f"{number(figure.median):>10}",
        f"{number(low):>10} - {number(high):<10}",
        f"{f'{median(ratios):.2f}' if ratios else '-':>6} {spread:<14}",
        "" if figure.load is None else f"{figure.load:>9.0%}",
        f"  {figure.errors} errors" if figure.errors else "",
        "  load generator too busy" if (figure.load or 0) >= TOO_BUSY else "",
    )
    return "".join(cells).rstrip()


def number(value: float) -> str:
    """Return a value with three significant digits, or all digits before the decimal point."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"  # noqa: PLR2004


def _ratios(figures: Figures, figure: Figure, baseline: str | None) -> list[float]:
    return figure.ratios(figures.get(figure.kind, figure.metric, baseline)) if baseline else []
