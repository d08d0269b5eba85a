"""The functions that are replaced while time is virtual."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import threading
import time
from time import sleep as alias

import pytest

from pytest_cerebras.clock import RunawayError, VirtualClock, real
from pytest_cerebras.clock.patches import installed


@pytest.fixture
def clock():
    """Yield a clock that the process lives by."""
    clock = VirtualClock(max_virtual=100_000)
    with installed(clock, servers=frozenset()):
        yield clock


def test_sleep(clock):
    """A sleep passes on every clock of the process, and is recorded with its thread."""
    before = time.time(), time.monotonic(), time.time_ns(), time.monotonic_ns()
    time.sleep(60)
    after = time.time(), time.monotonic(), time.time_ns(), time.monotonic_ns()
    gone = [b - a for a, b in zip(before, after, strict=True)]
    assert gone == [pytest.approx(60 * unit, rel=0.05) for unit in (1, 1, 1e9, 1e9)]
    [slept] = clock.sleeps
    assert (slept.seconds, slept.via, slept.thread) == (60.0, "time.sleep", "MainThread")


def test_no_number(clock):
    """Invalid durations are refused as usual, and leave no waiter behind."""
    no_time = float("nan")
    with pytest.raises(ValueError, match=r".") as refused:
        real.sleep(no_time)
    with pytest.raises(ValueError, match=re.escape(str(refused.value))):
        time.sleep(no_time)
    time.sleep(60)
    assert [slept.seconds for slept in clock.sleeps] == [60.0]


def test_alias(clock):
    """A name that was imported earlier sleeps on the clock, too."""
    globals()["alias"](30)
    assert [slept.seconds for slept in clock.sleeps] == [30.0]


def test_put_back():
    """Afterwards all is as it was."""
    loop = asyncio.BaseEventLoop
    before = (time.sleep, time.time, time.monotonic, loop.call_later, loop.call_at, alias)
    with installed(VirtualClock(), servers=frozenset()):
        assert time.sleep is not real.sleep
    assert (time.sleep, time.time, time.monotonic, loop.call_later, loop.call_at, alias) == before
    assert time.sleep is real.sleep


def test_tasks(clock):
    """Sleeps of tasks end in their order, and a time-out around them comes when it should."""
    order = []

    async def sleeper(seconds):
        await asyncio.sleep(seconds)
        order.append(seconds)

    async def together():
        await asyncio.gather(*map(sleeper, (5, 1, 3)))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(10):
                await asyncio.sleep(60)

    asyncio.run(together())
    assert order == [1, 3, 5]
    assert sorted(slept.seconds for slept in clock.sleeps) == [1, 3, 5, 60]
    assert 15 <= clock.elapsed < 20


def test_servers():
    """Threads of the server live in real time."""
    clock, ready, seen = VirtualClock(), threading.Event(), []

    def serve():
        ready.wait()
        seen.append(abs(time.monotonic() - real.monotonic()) < 1)
        time.sleep(0.001)

    server = threading.Thread(target=serve)
    server.start()
    with installed(clock, servers=frozenset({server.ident})):
        time.sleep(60)
        ready.set()
        server.join()
    assert seen == [True]
    assert len(clock.sleeps) == 1


def test_runaway(clock, caplog):
    """A heartbeat that never ends is stopped, and nothing else goes wrong."""

    async def heartbeat():
        while True:
            await asyncio.sleep(3600)

    with pytest.raises(RunawayError, match=r"asyncio\.sleep\(3600\)"):
        asyncio.run(heartbeat())
    assert clock.elapsed > 100_000
    assert not caplog.records


def test_process(clock):
    """A wait for another process takes real time, and is not recorded as a sleep."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.02)
        process.communicate(b"\n")
    assert clock.sleeps == []
