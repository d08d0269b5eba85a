"""The five steps from a request to a plan: admit, choose, answer, distort, note."""

from __future__ import annotations

from .engine import Engine

__all__ = ["Engine"]
