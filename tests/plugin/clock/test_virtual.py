"""The waiters of the clock, and how time jumps."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from pytest_cerebras.clock import RunawayError, VirtualClock, virtual
from pytest_cerebras.clock.waiters import Waiter


@pytest.fixture
def clock():
    """Yield a clock that runs."""
    clock = VirtualClock(max_virtual=10_000)
    with clock.running():
        yield clock


def test_pause(clock):
    """An hour passes in no time, on both of its faces."""
    begun, now = time.perf_counter(), clock.now()
    clock.pause(3600)
    assert time.perf_counter() - begun < 5
    assert 3600 <= clock.now() - now < 3605
    assert 3600 <= clock.elapsed < 3605


def test_order(clock):
    """Waiters are woken in the order of their deadlines, each at its own."""
    woken = []

    def sleeper(seconds):
        clock.pause(seconds)
        woken.append((seconds, round(clock.elapsed, -1)))

    threads = [threading.Thread(target=sleeper, args=(n,)) for n in (500, 100, 300, 200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert woken == [(100, 100), (200, 200), (300, 300), (500, 500)]


def test_tasks(clock):
    """Tasks of a loop wait on it as threads do."""

    async def sleepers():
        await asyncio.gather(*(clock.wait(seconds) for seconds in (30, 10, 20)))

    asyncio.run(sleepers())
    assert 30 <= clock.elapsed < 35


def test_deadlines(clock):
    """A deadline is waited for in virtual time; one that has passed is not."""
    for ahead in (3600, 0.005, -3600):
        deadline = clock.monotonic() + ahead
        asyncio.run(clock.until(deadline))
        assert deadline <= clock.monotonic()
    assert 3600 <= clock.elapsed < 3605


def test_no_jump_while_somebody_works(clock):
    """A thread that computes holds the time for all others."""
    working = threading.Event()
    asleep = threading.Event()

    def sleeper():
        working.wait()
        asleep.set()
        clock.pause(100)

    thread = threading.Thread(target=sleeper)
    thread.start()
    working.set()
    asleep.wait()
    end = time.perf_counter() + 0.05
    while time.perf_counter() < end:
        pass
    assert clock.elapsed < 90
    thread.join()
    assert clock.elapsed >= 100


def test_a_bound_is_no_reason(clock):
    """A read with a time-out bounds the jump of a sleeper, and causes none by itself."""
    timed_out = threading.Event()
    clock.add(Waiter(clock.monotonic() + 5, timed_out.set, sleeps=False))
    assert not timed_out.wait(0.02)
    clock.pause(10)
    assert timed_out.is_set()


def test_timers_bound_a_jump(clock):
    """The timers of event loops come up on the way."""
    seen = []
    due = [clock.monotonic() + 4]
    clock.timers = lambda: iter(due)

    def nudge():
        if due and clock.monotonic() >= due[0]:
            due.clear()
            seen.append(round(clock.elapsed))

    clock.nudge = nudge
    clock.pause(10)
    assert seen == [4]


def test_left(clock):
    """A client that has left does not hold up others."""
    stalled = Waiter(clock.monotonic() + 5, lambda: None, alive=lambda: False)
    clock.add(stalled)
    clock.pause(1)
    assert clock.elapsed < 5


def test_advance(clock):
    """Time can be pushed, and wakes all whose deadline it passes."""
    woken = threading.Event()
    waiting = Waiter(clock.monotonic() + 50, woken.set)
    clock.add(waiting)
    clock.advance(60)
    assert woken.wait(5)
    assert clock.elapsed >= 60
    clock.remove(waiting)


def test_runaway(clock):
    """An endless loop of sleeps ends with an error that names it."""
    clock.note(600, "time.sleep")

    def endless():
        for _ in range(100):
            clock.pause(600)

    with pytest.raises(RunawayError, match=r"ran 10\d{3} s ahead.*time\.sleep\(600\) in MainThr"):
        endless()


def test_sleep_for_ever(clock):
    """A sleep beyond the range of dates is reported, and the clock can still be read."""
    with pytest.raises(RunawayError, match="ran 1000000000000000000 s ahead"):
        clock.pause(1e18)
    assert clock.elapsed < 3.2e9


def test_end():
    """Whoever still waits when it is over goes on."""
    clock = VirtualClock()
    woken = threading.Event()
    with clock.running():
        clock.add(Waiter(float("inf"), woken.set, sleeps=False))
    assert woken.is_set()


@pytest.mark.parametrize("seconds", [-100, float("nan"), float("inf"), 1e300, "60", True, None])
def test_advance_back(clock, seconds):
    """Time never goes back, nor to nowhere, nor beyond the dates that there are."""
    with pytest.raises(ValueError, match="seconds from 0 up to a hundred years"):
        clock.advance(seconds)
    assert 0 <= clock.elapsed < 60


def test_advance_unsettled(monkeypatch):
    """If other threads never come to rest, ``advance`` says so."""
    monkeypatch.setattr(virtual, "_PATIENCE", 0.01)
    with pytest.raises(RuntimeError, match=r"advance\(60\): other threads have been busy"):
        VirtualClock().advance(60)  # nobody lets it settle: it does not run


def test_advance_from_many_threads(clock):
    """No release is lost when several push the time at once."""
    failed = []

    def push():
        try:
            for _ in range(20):
                clock.advance(1)
        except RuntimeError as error:
            failed.append(error)

    threads = [threading.Thread(target=push) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert 80 <= clock.elapsed < 90
