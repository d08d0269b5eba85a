"""The ``speed`` extra, and how a process does without it although it is installed."""

from __future__ import annotations

import sys

EXTRA = ("orjson", "uvloop")


def hide() -> None:
    """Let the imports of the extra fail; must come before any import of ``mockserver``."""
    if "mockserver" in sys.modules:
        raise RuntimeError("mockserver has already chosen its modules")
    for name in EXTRA:
        sys.modules[name] = None  # type: ignore[assignment]  # this is what makes an import fail
