"""Event loops that have timers of their own."""

from __future__ import annotations

import asyncio
import sys
import threading

import anyio
import anyio.lowlevel
import pytest

from pytest_cerebras.clock import VirtualClock, unsupported_loops
from pytest_cerebras.clock.patches import installed


def virtual():
    return installed(VirtualClock(), servers=frozenset())


async def nothing():
    pass


async def nap():
    await anyio.lowlevel.checkpoint()
    await anyio.sleep(0.01)


@pytest.mark.parametrize("name", ["uvloop", "trio"])
def test_start(name):
    """Such a loop is not started."""
    module = pytest.importorskip(name)
    with virtual():
        refused = nothing()
        with pytest.raises(RuntimeError, match=f"can't reach the timers of {name}"):
            module.run(refused)
        refused.close()


def test_anyio():
    """Nor is it by anyio."""
    with virtual(), pytest.raises(RuntimeError, match="can't reach the timers of trio"):
        anyio.run(nap, backend="trio")


STARTED = {"uvloop": ("asyncio", {"use_uvloop": True}), "trio": ("trio", {})}


@pytest.mark.parametrize("name", STARTED)
def test_runs_already(name):
    """A loop that is older than the clock refuses to sleep."""
    pytest.importorskip(name)
    backend, options = STARTED[name]

    async def main():
        with virtual(), pytest.raises(RuntimeError, match=f"can't reach the timers of {name}"):
            await nap()
        await nap()

    anyio.run(main, backend=backend, backend_options=options)


def test_servers():
    """Servers sleep on any loop."""
    pytest.importorskip("uvloop")

    async def main():
        with installed(VirtualClock(), servers=frozenset({threading.get_ident()})):
            await nap()

    anyio.run(main, backend_options={"use_uvloop": True})


def test_policy(monkeypatch):
    """Where all loops were to be such ones the run is refused."""
    uvloop = pytest.importorskip("uvloop")
    monkeypatch.setattr(asyncio.events, "_event_loop_policy", uvloop.EventLoopPolicy())
    with pytest.raises(pytest.UsageError, match="can't reach the timers of uvloop"), virtual():
        pass


def test_put_back():
    """Afterwards all is as it was."""
    before = asyncio.sleep, asyncio.tasks.sleep
    with virtual():
        assert asyncio.sleep is not before[0]
    assert (asyncio.sleep, asyncio.tasks.sleep) == before


def test_not_installed(monkeypatch):
    """Libraries that are not installed are skipped."""
    monkeypatch.setitem(sys.modules, "no_such_loop", None)
    assert unsupported_loops._module("no_such_loop") is None
