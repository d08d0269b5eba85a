"""Reads ``patterns.yaml``: correct code for each rule, and for the exceptions of libraries."""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.core.documents import shipped

PATTERNS: Mapping[str, tuple[str, ...]] = {
    name: tuple(code.splitlines()) for name, code in shipped(__package__, "patterns").data.items()
}
