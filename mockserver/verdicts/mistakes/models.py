"""Mistakes in the id of the model."""

from __future__ import annotations

from .mistake import Mistake

MODELS: tuple[Mistake, ...] = ()
