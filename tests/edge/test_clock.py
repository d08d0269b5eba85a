"""The clock of a mock that lives in real time."""

from __future__ import annotations

import asyncio
import time

import anyio
import pytest

from mockserver.edge.clock import Clock


def test_now():
    """It tells the time of the machine, or the one that it is given."""
    assert time.time() - 1 < Clock().now() < time.time() + 1
    assert Clock(lambda: 5.0).now() == 5.0


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_wait(backend):
    """A wait takes its time, on whatever loop."""
    begun = time.monotonic()
    anyio.run(Clock().wait, 0.01, backend=backend)
    assert time.monotonic() - begun >= 0.01


def test_stall():
    """A wait for ever does not end by itself."""

    async def stalled():
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(Clock().wait(float("inf")), 0.01)

    asyncio.run(stalled())


def test_pause():
    """A pause holds its thread."""
    begun = time.monotonic()
    Clock().pause(0.01)
    assert time.monotonic() - begun >= 0.01
