"""The command line, with one file for each command."""

from __future__ import annotations

from .group import main

__all__ = ["main"]
