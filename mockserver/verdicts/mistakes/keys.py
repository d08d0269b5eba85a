"""Mistakes in the API key: where it is, and what it looks like."""

from __future__ import annotations

from .mistake import Mistake

KEYS: tuple[Mistake, ...] = ()
