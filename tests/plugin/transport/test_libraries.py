"""The libraries that are answered, and respx's names for them."""

from __future__ import annotations

from importlib.util import find_spec

import pytest
from respx.mocks import HTTPCoreMocker, Mocker

from pytest_cerebras.transport import libraries


@pytest.fixture(autouse=True)
def _registry(monkeypatch):
    """Remove the names that we have registered with respx."""
    known = {name: mocker for name, mocker in Mocker.registry.items() if "httpcore2" not in name}
    monkeypatch.setattr(Mocker, "_Mocker__registry", known)
    monkeypatch.setattr(Mocker, "registry", known)


def names():
    return [(library.core.__name__, library.mocker) for library in libraries.libraries()]


def test_names():
    """The core of httpx is known to respx; that of httpx2 is registered once."""
    assert names() == names() == [("httpcore", "httpcore"), ("httpcore2", "cerebras-httpcore2")]
    taught = Mocker.registry["cerebras-httpcore2"]
    assert "httpcore2._sync.connection_pool.ConnectionPool" in taught.targets
    assert len(taught.targets) == len(HTTPCoreMocker.targets)


def test_known_already():
    """Where another plugin has taught it, both use the same mocker, and share their order."""

    class Another(HTTPCoreMocker):
        name = "httpcore2"

    assert names() == [("httpcore", "httpcore"), ("httpcore2", "httpcore2")]


def test_not_installed(monkeypatch):
    """A library that is not installed is left out."""
    installed = {"httpcore"}
    found = lambda name: find_spec(name) if name in installed else None  # noqa: E731
    monkeypatch.setattr(libraries, "find_spec", found)
    assert names() == [("httpcore", "httpcore")]
