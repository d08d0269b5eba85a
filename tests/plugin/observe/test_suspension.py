"""Where a thread or a task stands, and whether it goes on from there by itself."""

from __future__ import annotations

import asyncio
import multiprocessing.pool
import queue
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import httpx
import pytest

from pytest_cerebras.observe.suspension import UNKNOWN, loop_of, of_task, of_thread, waits_for

LONG = 60  # seconds, which nobody waits for


class Night:
    """Something to sleep on until it is over, in C, as with ``time.sleep``."""

    def __init__(self):
        self.over = threading.Event()
        self.morning = threading.Lock()
        self.morning.acquire()
        self.sleep = self.morning.acquire

    def end(self):
        """Wake the sleeping thread."""
        self.over.set()
        self.morning.release()


@contextmanager
def suspended(work):
    """Run work in a thread until a night ends; yield it and a function for its suspension."""
    night = Night()
    thread = threading.Thread(target=work, args=(night,), daemon=True)
    thread.start()
    try:
        yield thread, lambda: of_thread(sys._current_frames()[thread.ident])
    finally:
        night.end()
        thread.join()


def until(true):
    for _ in range(10_000):
        if true():
            return True
        threading.Event().wait(0.001)
    return False


def once(night):
    night.sleep()


def by_name(night):
    sleep = night.sleep
    sleep()


def again_and_again(night):
    for _ in range(1):
        night.sleep()


def after_a_loop(night):
    for _ in range(2):
        pass
    night.sleep()


def until_it_happens(night):
    night.over.wait(LONG)


def of_a_loop(night):
    for _ in range(1):
        once(night)


@pytest.mark.parametrize(
    ("work", "in_loop"),
    [
        (once, False),
        (by_name, False),
        (again_and_again, True),
        (after_a_loop, False),
        (until_it_happens, False),
        (of_a_loop, True),
    ],
)
def test_asleep(work, in_loop):
    """One that sleeps, or waits for an event until some time is over."""
    with suspended(work) as (_, now):
        assert until(lambda: now().asleep)
        assert now().resumes_alone
        assert (now().in_loop, now().calls) == (in_loop, frozenset())


def test_timer():
    """A timer waits for its time, in no loop of its own."""
    timer = threading.Timer(LONG, print)
    timer.start()
    assert until(lambda: of_thread(sys._current_frames()[timer.ident]).asleep)
    assert not of_thread(sys._current_frames()[timer.ident]).in_loop
    timer.cancel()
    timer.join()


def in_queue(put):
    """Return work that waits in a queue, which the night fills when it is over."""

    def work(night):
        filled = queue.Queue()
        threading.Thread(target=lambda: night.over.wait() and filled.put(1), daemon=True).start()
        filled.get(**put)

    return work


def in_simple_queue(night):
    filled = queue.SimpleQueue()
    threading.Thread(target=lambda: night.over.wait() and filled.put(1), daemon=True).start()
    filled.get()


@pytest.mark.parametrize(
    ("work", "where"),
    [
        (lambda night: night.over.wait(), "wait"),
        (in_queue({}), "wait"),
        (in_queue({"timeout": LONG}), "wait"),
        (in_simple_queue, "in_simple_queue"),
        (lambda night: night.morning.acquire(), "<lambda>"),
    ],
    ids=["event", "queue", "queue with a time-out", "simple queue", "lock"],
)
def test_waiting_for_somebody(work, where):
    """A thread that waits for input does not resume on its own."""
    with suspended(work) as (thread, now):
        frames = sys._current_frames
        assert until(lambda: frames()[thread.ident].f_code.co_name == where)
        assert not now().resumes_alone


def test_in_a_call():
    """A call of a client is known again as long as it lasts."""
    seen, found = [], []

    def work(night):
        def answer(_):
            night.sleep()
            found.append(seen[0].is_in_call())
            return httpx.Response(200)

        with httpx.Client(transport=httpx.MockTransport(answer)) as client:
            client.get("http://x")
            found.append(seen[0].is_in_call())

    with suspended(work) as (_, now):
        assert until(lambda: now().asleep)
        seen.append(now())
        assert seen[0].calls
        assert not seen[0].in_loop
    assert found == [True, False]


@pytest.mark.parametrize("kind", [multiprocessing.pool.ThreadPool, ThreadPoolExecutor])
def test_pools(kind):
    """The next work of a pool thread is unknown, unless it runs a job that is known."""
    night, idents = Night(), []

    def work():
        idents.append(threading.get_ident())
        night.sleep()

    with kind(1) as pool, ExitStack() as stack:
        if kind is multiprocessing.pool.ThreadPool:
            stack.callback(pool.join)
            stack.callback(pool.close)
        stack.callback(night.end)
        getattr(pool, "apply_async", getattr(pool, "submit", None))(work)
        assert until(lambda: idents)

        def now(**known):
            return of_thread(sys._current_frames()[idents[0]], **known)

        assert now() == UNKNOWN
        if kind is ThreadPoolExecutor:
            assert until(lambda: now(at_job=True).asleep)
            assert not now(at_job=True).in_loop
        else:
            assert now(at_job=True) == UNKNOWN


def test_loop_in_a_thread():
    """The next work of an event loop's thread is unknown, even while a task blocks the loop."""

    def work(night):
        async def block():
            night.sleep()

        asyncio.run(block())

    with suspended(work) as (_, now):
        assert until(is_in_a_loop)
        assert now() == UNKNOWN


def is_in_a_loop():
    """Return whether some thread sleeps in an event loop."""
    frames = list(sys._current_frames().values())
    return any(one.f_code.co_name == "block" and loop_of(one) for one in frames)


async def sleeps():
    await asyncio.sleep(LONG)


async def sleeps_in_a_loop():
    while True:
        await sleeps()


async def waits():
    await asyncio.Queue().get()


async def waits_with_a_time_out():
    await asyncio.wait_for(asyncio.Queue().get(), LONG)


@pytest.mark.parametrize(
    ("work", "asleep", "in_loop"),
    [
        (sleeps, True, False),
        (sleeps_in_a_loop, True, True),
        (waits, False, False),
        (waits_with_a_time_out, False, False),
    ],
)
def test_tasks(work, asleep, in_loop):
    """Of a task its coroutines tell the same; to await is no loop."""

    async def main():
        async with asyncio.TaskGroup() as group:
            task = group.create_task(work())
            await asyncio.sleep(0)
            found = of_task(task.get_coro())
            task.cancel()
        return found

    found = asyncio.run(main())
    assert (found.asleep, found.in_loop) == (asleep, in_loop)


def test_waits_for():
    """It is known which condition a thread waits for."""
    one, other = threading.Event(), threading.Event()
    thread = threading.Thread(target=one.wait, daemon=True)
    thread.start()
    assert until(lambda: waits_for(one._cond, sys._current_frames()[thread.ident]))
    assert not waits_for(other._cond, sys._current_frames()[thread.ident])
    one.set()
    thread.join()
