"""Draws time lines, as text for terminals and reports, and as SVG for everything else."""

from __future__ import annotations

from .bars import Paint, bars, legend, unpainted
from .spans import Lane, Span, SpanKind, spans_of
from .svg import STYLE, drawing, svg

__all__ = ["STYLE", "Lane", "Paint", "Span", "SpanKind"]
__all__ += ["bars", "drawing", "legend", "spans_of", "svg", "unpainted"]
