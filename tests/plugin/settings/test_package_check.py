"""Whose package ``mockserver`` is."""

from __future__ import annotations

from importlib.machinery import ModuleSpec

import pytest

from pytest_cerebras.settings import package_check


def test_ours():
    """Our own package is accepted."""
    package_check.require_own_package()


@pytest.mark.parametrize(
    ("found", "where"),
    [
        ({}, "nowhere"),
        ({"mockserver": ModuleSpec("mockserver", None, origin="theirs.py")}, "theirs.py"),
    ],
)
def test_theirs(monkeypatch, found, where):
    """A foreign package of that name is reported in one sentence."""
    monkeypatch.setattr(package_check, "find_spec", found.get)
    sentence = f"needs its own package 'mockserver', but Python finds {where}: uninstall"
    with pytest.raises(pytest.UsageError, match=sentence):
        package_check.require_own_package()
