"""
A pytest run inside a pytest run.

pytester forgets afterwards what the inner run imported; the imports here, of what it uses, let
each inner run find them done.
"""

from __future__ import annotations

import warnings
from importlib import import_module, metadata
from pkgutil import walk_packages

import pytest

import pytest_cerebras
from pytest_cerebras.egress import client_hooks

for found in walk_packages(pytest_cerebras.__path__, "pytest_cerebras."):
    if "child" not in found.name and not found.name.endswith("__main__"):
        import_module(found.name)
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # as the hooks do
    for hook in client_hooks.client_hooks():
        client_hooks._owner(hook)
import_module("cerebras.cloud.sdk")
import_module("mockserver.journal.retired_models")
import_module("trustme")


class Installed:
    """A distribution that reads its lists of files and entry points once."""

    def __init__(self, distribution):
        self._distribution = distribution

    def __getattr__(self, name):
        value = getattr(self._distribution, name)
        if name in ("entry_points", "files"):
            setattr(self, name, value)
        return value


@pytest.fixture(scope="session")
def distributions():
    """Return what is installed."""
    return list(map(Installed, metadata.distributions()))


@pytest.fixture(scope="module", autouse=True)
def found_once(distributions):
    """Let inner runs look once for what is installed; tests of other rooms look for themselves."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(metadata, "distributions", lambda **_: iter(distributions))
        yield


@pytest.fixture
def run(pytester, monkeypatch):
    """Return a function that runs a test file and returns the result."""
    for name in ("SCENARIO", "EDITION", "TIER", "SEED", "MODE", "OTHERS"):
        monkeypatch.delenv(f"CEREBRAS_MOCK_{name}", raising=False)

    for name in ("GITHUB_STEP_SUMMARY", "CI", "BUILD_NUMBER"):  # pytest shows more under CI
        monkeypatch.delenv(name, raising=False)

    def start(code, *arguments, how=pytester.runpytest_inprocess):
        pytester.makepyfile(code)
        others = ("asyncio", "cacheprovider", "faker", "hypothesispytest", "randomly", "respx")
        switched_off = [part for name in others for part in ("-p", f"no:{name}")]
        return how("-q", *switched_off, *arguments)

    return start
