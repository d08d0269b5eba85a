"""
A pytest run inside a pytest run.

pytester forgets afterwards what the inner run imported; the imports here, of what it uses, let
each inner run find them done.
"""

from __future__ import annotations

import cerebras.cloud.sdk  # noqa: F401
import pytest

import pytest_cerebras.clients
import pytest_cerebras.inprocess
import pytest_cerebras.report  # noqa: F401


@pytest.fixture
def run(pytester, monkeypatch):
    """Return a function that runs a test file and returns the result."""
    for name in ("SCENARIO", "EDITION", "TIER", "SEED", "MODE"):
        monkeypatch.delenv(f"CEREBRAS_MOCK_{name}", raising=False)

    def start(code, *arguments, how=pytester.runpytest_inprocess):
        pytester.makepyfile(code)
        others = ("asyncio", "cacheprovider", "faker", "hypothesispytest", "randomly", "respx")
        switched_off = [part for name in others for part in ("-p", f"no:{name}")]
        return how("-q", *switched_off, *arguments)

    return start
