"""Checks that ``mockserver`` is this distribution's package, not another one of that name."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from .imports import fast_imports


def require_own_package() -> None:
    """Raise UsageError if another package ``mockserver`` hides ours."""
    hidden = foreign_package()
    if hidden is not None:
        import pytest

        raise pytest.UsageError(hidden)


def foreign_package() -> str | None:
    """
    Return a clear message if another package ``mockserver`` hides ours; None if none does.

    The distribution mockserver-client installs a package of that name. A folder of that name beside
    the tests hides ours as well.
    """
    found = find_spec("mockserver")
    if found is not None and _is_whole(found.origin):
        return None
    where = (found.origin or "a folder") if found else "nowhere"
    return (
        f"pytest-cerebras needs its own package 'mockserver', but Python finds {where}: "
        "uninstall mockserver-client or rename your folder, then reinstall pytest-cerebras"
    )


@cache
def _is_whole(origin: str | None) -> bool:
    """
    Return whether a package is ours, by looking for two of our subpackages.

    ``scenarios`` is looked up by import, because an editable install has it in another folder.
    """
    if origin is None or not Path(origin).with_name("verdicts").is_dir():
        return False
    try:
        with fast_imports():  # to find a subpackage, Python imports its package
            return find_spec("mockserver.scenarios") is not None
    except ImportError:
        return False
