"""Turns a request into a plan in five steps: admit, choose, answer, distort, note."""

from __future__ import annotations

from .engine import Engine

__all__ = ["Engine"]
