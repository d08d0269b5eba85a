"""The clock of a mock that lives in real time."""

from __future__ import annotations

import asyncio
import time

import anyio
import pytest

from mockserver.edge.play.clock import Clock, ScaledClock
from mockserver.plan import End, Head


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


@pytest.mark.parametrize("clock", [Clock(), ScaledClock(0.1)], ids=["real", "scaled"])
@pytest.mark.parametrize("ahead", [-1.0, 0.0, 0.005, 0.05])
def test_until(clock, ahead):
    """A deadline is waited for and never missed, on one event loop after the other."""
    for _ in range(2):
        deadline = clock.monotonic() + ahead
        asyncio.run(clock.until(deadline))
        assert deadline <= clock.monotonic() < deadline + 60


@pytest.mark.parametrize(("ahead", "timers"), [(0.01, 1), (10, 50)])
def test_streams_share_a_timer(ahead, timers):
    """A moment is waited for together with all others, a longer time on its own."""
    clock, begun = Clock(), []
    clock.monotonic = lambda: 100.0

    async def main():
        loop = asyncio.get_running_loop()
        call_at = loop.call_at
        loop.call_at = lambda *given, **more: begun.append(given) or call_at(*given, **more)
        waiting = [asyncio.ensure_future(clock.until(100 + ahead)) for _ in range(50)]
        await asyncio.sleep(0)
        assert len(begun) == timers
        for one in waiting:
            one.cancel()

    asyncio.run(main())


def test_pause():
    """A pause holds its thread."""
    begun = time.monotonic()
    Clock().pause(0.01)
    assert time.monotonic() - begun >= 0.01


def test_scaled():
    """A hundredth of the time is a hundred times as many seconds."""
    real = [1000.0]
    clock = ScaledClock(0.01, lambda: real[0])
    real[0] += 0.6
    assert clock.now() == pytest.approx(1060.0)
    announced = clock.announced((Head(429, (("retry-after", "60"),)), End()))
    assert announced == (Head(429, (("retry-after", "0.6"),)), End())
    assert Clock().announced(announced) is announced
    assert (clock.patience(5), Clock().patience(5)) == (pytest.approx(500), 5)


def test_scaled_waits():
    """A second of its time takes a hundredth."""
    clock = ScaledClock(0.01)
    begun = time.monotonic()
    anyio.run(clock.wait, 1)
    clock.pause(1)
    assert 0.02 <= time.monotonic() - begun < 1


@pytest.mark.parametrize("scale", [None, 0.5])
def test_advance(scale):
    """What it shows jumps, as often as asked; its deadlines don't."""
    real = [100.0]
    clock = Clock(lambda: real[0]) if scale is None else ScaledClock(scale, lambda: real[0])
    begun = clock.monotonic()
    for _ in range(2000):
        clock.advance(0.5)
    assert clock.now() == 1100.0
    real[0] += 1
    assert clock.now() == 1100.0 + 1 / (scale or 1)
    assert clock.monotonic() - begun < 900
    with pytest.raises(ValueError, match="at most 36500d ahead"):
        clock.advance(36_500 * 86_400)
    assert clock.now() == 1100.0 + 1 / (scale or 1)
