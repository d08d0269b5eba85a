"""
A pytest run inside a pytest run.

pytester forgets afterwards what the inner run imported; the imports here, of what it uses, let
each inner run find them done.
"""

from __future__ import annotations

import signal
from importlib import import_module

import pytest

for used in ("session.clients", "search.searching", "session.failure", "transport.inprocess"):
    import_module(f"pytest_cerebras.{used}")
import_module("cerebras.cloud.sdk")
import_module("trustme")


@pytest.fixture
def heeding():
    """Let this process heed signals: it may ignore some, in the background, and so do children."""
    names = [name for name in ("SIGHUP", "SIGINT") if hasattr(signal, name)]
    numbers = [getattr(signal, name) for name in names]
    before = {number: signal.getsignal(number) for number in numbers}
    for number in numbers:
        if before[number] == signal.SIG_IGN:
            default = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
            signal.signal(number, default)
    yield
    for number, handler in before.items():
        if handler is not None:
            signal.signal(number, handler)


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
