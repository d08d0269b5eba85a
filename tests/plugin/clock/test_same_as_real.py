"""A call that fails at once in real time fails on the virtual clock with the same type of error."""

from __future__ import annotations

import asyncio
import math
import queue
import select
import selectors
import socket
import subprocess
import sys
import threading
import time
from concurrent import futures
from decimal import Decimal
from fractions import Fraction
from multiprocessing import Pipe
from threading import Barrier, Condition, Event, Lock, RLock, Semaphore, Thread

import anyio
import pytest

from pytest_cerebras.clock import RunawayError, VirtualClock, virtual
from pytest_cerebras.clock.patches import Loops, installed

TOO_LONG = (math.inf, 1e19, 1e10, 2**70, -math.inf)
NO_TIME = ("1", Decimal(1), Fraction(1))
# what spins for ever in reality, as nan is neither over nor under anything, is left out
ALL = (*TOO_LONG, *NO_TIME, math.nan, -1.0)
NOT_NAN = (*TOO_LONG, *NO_TIME, -1.0)
NOT_NEGATIVE = (*TOO_LONG, *NO_TIME, math.nan)


def event(timeout):
    Event().wait(timeout)


def event_that_is_set(timeout):
    there = Event()
    there.set()
    there.wait(timeout)


def condition(timeout):
    waiting = Condition()
    with waiting:
        waiting.wait(timeout)


def condition_for(timeout):
    waiting = Condition()
    with waiting:
        waiting.wait_for(lambda: False, timeout)


def semaphore(timeout):
    Semaphore(0).acquire(timeout=timeout)


def barrier(timeout):
    Barrier(2).wait(timeout)


def timer(timeout):
    threading.Timer(timeout, lambda: None).run()


def got(timeout):
    queue.Queue().get(timeout=timeout)


def put(timeout):
    full = queue.Queue(1)
    full.put(1)
    full.put(2, timeout=timeout)


def simple_queue(timeout):
    queue.SimpleQueue().get(timeout=timeout)


def result(timeout):
    futures.Future().result(timeout)


def exception(timeout):
    futures.Future().exception(timeout)


def futures_wait(timeout):
    futures.wait([futures.Future()], timeout)


def completed(timeout):
    list(futures.as_completed([futures.Future()], timeout))


def join(timeout):
    going = Event()
    thread = Thread(target=going.wait)
    thread.start()
    try:
        thread.join(timeout)
    finally:
        going.set()
        thread.join()


def lock(timeout):
    held = Lock()
    with held:
        held.acquire(timeout=timeout)


def reentrant_lock(timeout):
    held = RLock()
    with futures.ThreadPoolExecutor(1) as other:
        other.submit(held.acquire).result()
        try:
            held.acquire(timeout=timeout)
        finally:
            other.submit(held.release).result()


def selected(timeout):
    select.select([], [], [], timeout)


def selector(timeout):
    with selectors.SelectSelector() as found:
        found.select(timeout)


def read(timeout):
    here, there = socket.socketpair()
    with here, there:
        here.settimeout(timeout)
        here.recv(1)


def pipe(timeout):
    here, there = Pipe()
    with here, there:
        here.poll(timeout)


def process(timeout):
    wait = [sys.executable, "-c", "input()"]
    with subprocess.Popen(wait, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        try:
            child.communicate(timeout=timeout)
        finally:
            child.kill()


def asyncio_sleep(delay):
    asyncio.run(asyncio.sleep(delay))


def asyncio_wait_for(timeout):
    async def wait():
        await asyncio.wait_for(asyncio.get_running_loop().create_future(), timeout)

    asyncio.run(wait())


def call_later(delay):
    async def go_on():
        asyncio.get_running_loop().call_later(delay, lambda: None)
        await asyncio.sleep(0)

    asyncio.run(go_on())


def anyio_sleep(delay):
    anyio.run(anyio.sleep, delay)


ENDLESS_IN_REALITY = ("1", -math.inf, -1.0)  # of the others, asyncio waits for ever
WAITS = {
    time.sleep: ALL,
    event: ALL,
    event_that_is_set: ALL,
    condition: ALL,
    condition_for: NOT_NAN,
    semaphore: NOT_NAN,
    barrier: NOT_NAN,
    timer: ALL,
    got: NOT_NAN,
    put: NOT_NAN,
    simple_queue: ALL,
    result: ALL,
    exception: ALL,
    futures_wait: ALL,
    completed: NOT_NAN,
    join: ALL,
    lock: NOT_NEGATIVE,  # -1 is no time-out there
    reentrant_lock: NOT_NEGATIVE,
    selected: ALL,
    selector: ALL,
    read: ALL,
    pipe: ALL,
    process: (math.inf, 1e19, math.nan, -1.0, "1"),
    asyncio_sleep: (*ENDLESS_IN_REALITY, math.nan),
    asyncio_wait_for: (*ENDLESS_IN_REALITY, math.nan),
    call_later: ALL,
    anyio_sleep: (*ENDLESS_IN_REALITY, math.nan),
}
CASES = [(wait, seconds) for wait, all_ in WAITS.items() for seconds in all_]


def outcome(wait, seconds):
    try:
        return type(wait(seconds))
    except Exception as error:  # noqa: BLE001 (its type is what is compared)
        return type(error)


@pytest.fixture
def clock():
    """Yield a clock that the process lives by."""
    clock = VirtualClock()
    with installed(clock, servers=frozenset()):
        yield clock


@pytest.mark.parametrize(
    ("wait", "seconds"), CASES, ids=[f"{wait.__name__}-{seconds!r}" for wait, seconds in CASES]
)
def test_same(wait, seconds):
    """Each wait, with each time-out that there can't be."""
    really = outcome(wait, seconds)
    with installed(VirtualClock(), servers=frozenset()):
        assert outcome(wait, seconds) is really


def test_the_least_of_those():
    """The clock knows from where on reality refuses to sleep."""
    with pytest.raises(OverflowError):
        virtual.real.sleep(virtual.real.BEYOND)


def test_number_of_another_kind(clock):
    """A whole number of whatever type is a time to sleep, as in reality; others leave no trace."""

    class Two(int):
        pass

    time.sleep(Two(2))
    time.sleep(True)  # noqa: FBT003 (as careless code has it)
    for refused in NO_TIME:
        with pytest.raises(TypeError):
            time.sleep(refused)
    assert [slept.seconds for slept in clock.sleeps] == [2.0, 1.0]


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("seconds", [1e9, virtual.real.BEYOND / 2])
def test_for_centuries(seconds):
    """An absurdly long wait, which is valid in real time, ends at the limit of the clock."""
    with pytest.raises(RunawayError, match="max-virtual"):
        time.sleep(seconds)


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("seconds", [1e19, 2**70])
def test_asyncio_for_centuries(seconds):
    """Any number will do for asyncio."""
    with pytest.raises(RunawayError, match="max-virtual"):
        asyncio.run(asyncio.sleep(seconds))


@pytest.fixture
def hurry(monkeypatch):
    """Let a standstill be a short one."""
    monkeypatch.setattr(virtual, "_STANDSTILL", 0.05)


@pytest.mark.usefixtures("hurry")
@pytest.mark.parametrize("sleep", [asyncio.sleep, anyio.sleep], ids=["asyncio", "anyio"])
def test_for_ever(clock, sleep):
    """A sleep without an end is legal, and ends when nothing else happens."""

    async def sleep_on():
        await asyncio.gather(asyncio.sleep(5), sleep(math.inf))

    with pytest.raises(RunawayError, match=r"asyncio\.sleep\(inf\)"):
        asyncio.run(sleep_on())
    assert clock.elapsed < 60


@pytest.mark.usefixtures("hurry")
def test_for_ever_in_the_background(clock):
    """A task that sleeps without end does not disturb other tasks."""

    async def get_on():
        asleep = asyncio.ensure_future(asyncio.sleep(math.inf))
        for _ in range(100):
            await asyncio.sleep(60)
        asleep.cancel()

    asyncio.run(get_on())
    assert clock.error is None
    assert clock.elapsed >= 6000


@pytest.mark.usefixtures("hurry")
def test_time_out_of_a_sleep_for_ever(clock):
    """The time-out around it comes first."""

    async def patient():
        await asyncio.wait_for(asyncio.sleep(math.inf), 30)

    with pytest.raises(TimeoutError):
        asyncio.run(patient())
    assert 30 <= clock.elapsed < 40


def test_no_time_in_a_loop():
    """A timer at no time at all keeps no other from bounding the jumps."""
    loops, loop = Loops(), asyncio.new_event_loop()
    try:
        loops.add(loop)
        for when in (math.nan, 5.0):
            loop._scheduled.append(asyncio.TimerHandle(when, print, (), loop))
        assert list(loops.timers()) == [5.0]
    finally:
        loop.close()
