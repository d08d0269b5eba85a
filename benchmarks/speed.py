"""The ``speed`` extra, and how to hide it from a process when it is installed."""

from __future__ import annotations

import sys
from importlib.util import find_spec

EXTRA = ("orjson", "uvloop")


def hide() -> None:
    """Make imports of the extra fail; must be called before any import of ``mockserver``."""
    if "mockserver" in sys.modules:
        raise RuntimeError("mockserver has already chosen its modules")
    for name in EXTRA:
        sys.modules[name] = None  # type: ignore[assignment]  # this is what makes an import fail


def missing() -> list[str]:
    """Return the modules of the extra that are not installed."""
    return [f"`pip install {name}`" for name in EXTRA if find_spec(name) is None]
