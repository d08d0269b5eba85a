"""The figures of a run as tables of Markdown: what the README and docs/speed.md show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from . import targets
from .figures import Figures, Kind
from .report import number

_METRICS = {"rate": "a second", "rate by processor": "per second of processor time"}


def tables(figures: Figures, kinds: Iterable[Kind]) -> str:
    """Return tables of the rates, the fastest first, of the rates by processor, and of targets."""
    measured = [kind for kind in kinds if figures.of(kind.name, "rate")]
    found = [list(_rates(figures, measured, *one)) for one in _METRICS.items()] if measured else []
    blocks = [*found, list(_targets(figures))]
    return "\n\n".join("\n".join(rows) for rows in blocks if len(rows) > 2)  # noqa: PLR2004


def _rates(figures: Figures, kinds: list[Kind], metric: str, unit: str) -> Iterator[str]:
    yield _row((f"answers {unit}", *(kind.about for kind in kinds)))
    yield _row(("---", *("---:" for _ in kinds)))
    first = sorted(figures.of(kinds[0].name, metric), key=lambda one: -one.median)
    for name in (one.subject for one in first):
        cells = (figures.get(kind.name, metric, name) for kind in kinds)
        yield _row((name, *("-" if one is None else number(one.median) for one in cells)))


def _targets(figures: Figures) -> Iterator[str]:
    yield _row(("target", "wanted", "found", ""))
    yield _row(("---", "---", "---:", "---"))
    for target in targets.TARGETS:
        value = target.value(figures)
        if value is not None:
            about = f"{target.kind}, {target.metric}, {target.subject}"
            against = f" x {target.versus}" if target.versus else ""
            reached = "reached" if target.reached(value) else "missed"
            yield _row((about, target.asked + against, f"{value:.3g}", reached))


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
