"""The rates as bars, in an SVG that is readable on a light and on a dark page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from .figures import Figure, Figures, Kind
from .report import number

METRIC = "rate"
_WIDTH, _LABELS, _VALUES = 720, 150, 150
_ROW, _BAR, _TITLE = 24, 16, 34
_OPENING = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
    'width="{width}" height="{height}" role="img">'
)
_STYLE = """
    text { font: 13px system-ui, sans-serif; fill: #1f2328 }
    .title { font-weight: 600 }
    .value { fill: #59636e }
    .bar { fill: #afb8c1 }
    .ours { fill: #f05a28 }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3 }
      .value { fill: #9198a1 }
      .bar { fill: #57606a }
      .ours { fill: #ff7a45 }
    }
"""


def drawn(figures: Figures, kinds: Iterable[Kind]) -> str:
    """Return the chart: a group of bars for each kind that has a rate, the fastest first."""
    groups = [(kind, figures.of(kind.name, METRIC)) for kind in kinds]
    groups = [(kind, found) for kind, found in groups if found]
    height = sum(_TITLE + _ROW * len(found) for _, found in groups) + _ROW // 2
    parts = [
        _OPENING.format(width=_WIDTH, height=height),
        f"  <title>{escape(_title(groups))}</title>",
        f"  <style>{_STYLE}  </style>",
    ]
    top = 0
    for kind, found in groups:
        parts += _group(kind, sorted(found, key=lambda one: -one.median), top)
        top += _TITLE + _ROW * len(found)
    return "\n".join((*parts, "</svg>", ""))


def _title(groups: Iterable[tuple[Kind, list[Figure]]]) -> str:
    return "; ".join(
        f"{kind.about}: " + ", ".join(f"{one.subject} {number(one.median)}" for one in found)
        for kind, found in groups
    )


def _group(kind: Kind, found: list[Figure], top: int) -> Iterator[str]:
    yield (
        f'  <text class="title" x="0" y="{top + 22}">'
        f"{escape(kind.about)}, {escape(kind.units[METRIC])}</text>"
    )
    most = max(one.median for one in found) or 1.0
    for row, one in enumerate(found):
        y = top + _TITLE + row * _ROW
        width = max(1.0, (_WIDTH - _LABELS - _VALUES) * one.median / most)
        look = "ours" if one.subject.startswith("ours") else "bar"
        middle = y + _BAR - 3
        yield f'  <text x="0" y="{middle}">{escape(_named(one))}</text>'
        yield (
            f'  <rect class="{look}" x="{_LABELS}" y="{y}" width="{width:.1f}" '
            f'height="{_BAR}" rx="2"/>'
        )
        x = _LABELS + width + 6
        yield f'  <text class="value" x="{x:.1f}" y="{middle}">{number(one.median)}</text>'


def _named(figure: Figure) -> str:
    return figure.subject.replace("ours", "pytest-cerebras")
