"""Finds out whether the package ``mockserver`` is ours."""

from __future__ import annotations

from importlib.util import find_spec

import pytest


def ours() -> None:
    """
    Raise one clear sentence when another distribution's ``mockserver`` hides ours.

    The distribution mockserver-client installs a package of that name, and a folder of that name
    beside the tests hides it just as well.
    """
    found = find_spec("mockserver")
    if found is None or not _is_whole():
        where = found.origin if found else "nowhere"
        raise pytest.UsageError(
            f"pytest-cerebras needs its own package 'mockserver', but Python finds {where}: "
            "uninstall mockserver-client or rename your folder, then reinstall pytest-cerebras"
        )


def _is_whole() -> bool:
    try:
        return find_spec("mockserver.scenarios") is not None
    except ImportError:
        return False
