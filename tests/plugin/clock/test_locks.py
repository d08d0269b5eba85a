"""Waits for other threads that time out in virtual time."""

from __future__ import annotations

import queue
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from concurrent.futures import wait as wait_for_futures
from threading import Barrier, BrokenBarrierError, Condition, Event, Semaphore

import pytest

from pytest_cerebras.clock import RunawayError, VirtualClock, real
from pytest_cerebras.clock.locks import _Gate
from pytest_cerebras.clock.patches import installed

SOON, LATE = 10, 60  # virtual seconds


@pytest.fixture
def clock():
    """Yield a clock that the process lives by."""
    clock = VirtualClock()
    with installed(clock, servers=frozenset()):
        yield clock


@pytest.fixture
def after(clock):
    """Return a function that calls another in a thread, some virtual seconds later."""
    threads = []

    def later(seconds, act):
        def run():
            clock.pause(seconds)
            act()

        threads.append(threading.Thread(target=run))
        threads[-1].start()

    yield later
    for thread in threads:
        thread.join()


def has_come(event, timeout):
    return event.wait(timeout)


def of_a_condition(event, timeout):
    condition = Condition()
    with condition:
        return condition.wait_for(event.is_set, timeout)


def got(event, timeout):
    waiting = queue.Queue()
    threading.Thread(target=lambda: (event.wait(), waiting.put(1))).start()
    try:
        return waiting.get(timeout=timeout)
    except queue.Empty:
        return False


def acquired(event, timeout):
    semaphore = Semaphore(0)
    threading.Thread(target=lambda: (event.wait(), semaphore.release())).start()
    return semaphore.acquire(timeout=timeout)


def met(event, timeout):
    barrier = Barrier(2)

    def meet():
        event.wait()
        try:
            barrier.wait()
        except BrokenBarrierError:
            return

    threading.Thread(target=meet).start()
    try:
        return barrier.wait(timeout) in (0, 1)
    except BrokenBarrierError:
        return False


def resulted(event, timeout):
    with ThreadPoolExecutor() as pool:
        try:
            return pool.submit(event.wait).result(timeout)
        except TimeoutError:
            return False


def completed(event, timeout):
    with ThreadPoolExecutor() as pool:
        try:
            return list(as_completed([pool.submit(event.wait)], timeout))
        except TimeoutError:
            return False


def done(event, timeout):
    with ThreadPoolExecutor() as pool:
        return wait_for_futures([pool.submit(event.wait)], timeout).done


def joined(event, timeout):
    thread = threading.Thread(target=event.wait)
    thread.start()
    thread.join(timeout)
    return not thread.is_alive()


WAITS = [has_come, of_a_condition, got, acquired, met, resulted, completed, done, joined]


@pytest.mark.parametrize("wait", WAITS, ids=lambda wait: wait.__name__)
def test_time_out(clock, after, wait):
    """An event after the time-out comes too late, even if no real time has passed."""
    begun = time.perf_counter()
    event = Event()
    after(LATE, event.set)
    assert not wait(event, SOON)
    assert time.perf_counter() - begun < 8
    assert clock.elapsed >= SOON


@pytest.mark.parametrize("wait", [each for each in WAITS if each is not of_a_condition])
def test_in_time(after, wait):
    """An event before the time-out comes in time."""
    event = Event()
    after(SOON, event.set)
    assert wait(event, LATE)


def test_timer(after):
    """A timer strikes when its time has come, and not when the sleeper beside it wakes."""
    struck, found = Event(), []
    timer = threading.Timer(SOON, struck.set)
    timer.start()
    after(LATE, lambda: found.append(struck.is_set()))
    after(SOON / 2, lambda: found.append(struck.is_set()))
    timer.join()
    while len(found) < 2:
        time.sleep(1)
    assert found == [False, True]


def test_alone(clock):
    """A wait for another thread never makes time jump."""
    begun = time.perf_counter()
    assert not Event().wait(0.05)
    assert time.perf_counter() - begun > 0.04
    assert clock.elapsed < 5


@pytest.mark.parametrize("kind", ["daemon", "timer of pytest"])
def test_background(clock, kind):
    """Daemons and the timers of test runners wait in real time."""
    heard, woken = Event(), []

    def wait():
        woken.append(heard.wait(LATE))

    if kind == "daemon":
        thread = threading.Thread(target=wait, daemon=True)
    else:
        wait.__module__ = "pytest_timeout"
        thread = threading.Timer(LATE, wait)
    thread.start()
    clock.pause(10 * LATE)
    assert not woken
    heard.set()
    if kind != "daemon":
        thread.cancel()
    thread.join()


@pytest.mark.usefixtures("clock")
def test_no_join():
    """A thread that can't be waited for is refused as ever, and one that is over needs no wait."""
    begun = time.perf_counter()
    thread = threading.Thread(target=int)
    for impossible in (thread, threading.current_thread()):
        with pytest.raises(RuntimeError):
            impossible.join(LATE)
    thread.start()
    thread.join()
    thread.join(LATE)
    assert time.perf_counter() - begun < LATE / 2


def test_join_alone(clock):
    """A join never makes time jump."""
    going = Event()
    thread = threading.Thread(target=going.wait)
    thread.start()
    thread.join(0.05)
    assert thread.is_alive()
    assert clock.elapsed < 5
    going.set()
    thread.join(LATE)
    assert not thread.is_alive()


@pytest.mark.usefixtures("clock")
def test_not_acquired():
    """A condition that one doesn't hold is refused as ever."""
    with pytest.raises(RuntimeError):
        Condition().wait(1)


@pytest.mark.usefixtures("clock")
def test_no_patience():
    """Neither no time nor a negative one is a wait."""
    assert not Event().wait(0)
    assert not Event().wait(-1)


def test_runaway(clock):
    """If time has run away, a wait with a time-out is stopped like a sleep."""
    with pytest.raises(RunawayError):
        clock.pause(1e6)
    with pytest.raises(RunawayError):
        Event().wait(1)


def test_put_back():
    """Afterwards all is as it was."""
    before = Condition.wait, threading.Thread.join, threading._time, queue.time
    with installed(VirtualClock(), servers=frozenset()):
        assert Condition.wait is not real.wait
    assert (Condition.wait, threading.Thread.join, threading._time, queue.time) == before
    assert Condition.wait is real.wait


def test_gate():
    """A gate that the time has opened can't be notified, so that another one is."""
    gate = _Gate()
    gate.expire()
    with pytest.raises(RuntimeError):
        gate.release()
    assert not gate.passed(1)
    other = _Gate()
    other.release()
    other.expire()
    assert other.passed(1)
