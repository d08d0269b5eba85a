"""Mistakes in the parameters of a request."""

from __future__ import annotations

from .mistake import Mistake

BODIES: tuple[Mistake, ...] = ()
