"""Which waits of the client's process are counted."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
import time
from time import sleep as alias

import httpx
import pytest

from mockserver.edge.play.clock import Clock
from mockserver.faults import Latency
from pytest_cerebras.observe.completed_waits import CompletedWaits, mock_wait

MOMENT = 0.001


@pytest.fixture
def waits():
    """Yield the count of the waits of this process."""
    waits = CompletedWaits()
    with waits.counted():
        yield waits


def test_sleep(waits):
    """A sleep is one, also by a name that was imported earlier."""
    time.sleep(MOMENT)
    globals()["alias"](MOMENT)
    assert waits.count == 2


def test_no_sleep(waits):
    """A sleep of zero, which only yields to others, does not count."""
    time.sleep(0)
    asyncio.run(asyncio.sleep(0))
    assert not threading.Event().wait(0)
    with pytest.raises(queue.Empty):
        queue.Queue().get_nowait()
    assert waits.count == 0


def test_sleeps_of_threads(waits):
    """Each thread's are counted, except those of the mock's."""
    threads = [threading.Thread(target=time.sleep, args=(MOMENT,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert waits.count == 3


def test_threads_of_the_mock():
    """Waits in a server's thread are not the client's."""
    waits = CompletedWaits(frozenset({threading.get_ident()}))
    with waits.counted():
        time.sleep(MOMENT)
        asyncio.run(asyncio.sleep(MOMENT))
        threading.Event().wait(MOMENT)
        elsewhere = threading.Thread(target=time.sleep, args=(MOMENT,))
        elsewhere.start()
        elsewhere.join()
    assert waits.count == 1


def test_sleep_of_the_mock(waits):
    """A sleep of the mock in the client's own thread does not count."""
    Clock().pause(MOMENT)
    assert waits.count == 0


def test_timers(waits):
    """On a loop, every timer that has fired counts."""

    async def main():
        await asyncio.sleep(MOMENT)
        went_off = asyncio.Event()
        asyncio.get_running_loop().call_later(MOMENT, went_off.set)
        await went_off.wait()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), MOMENT)

    asyncio.run(main())
    assert waits.count == 3


def test_timer_that_is_called_off(waits):
    """A deadline that was kept is none."""

    async def main():
        async with asyncio.timeout(60):
            await asyncio.sleep(0)

    asyncio.run(main())
    assert waits.count == 0


def test_timers_of_the_mock(waits):
    """The mock's waits on the client's own loop do not count; later timers do."""

    async def main():
        with mock_wait():
            await asyncio.sleep(MOMENT)
        assert waits.count == 0
        await asyncio.sleep(MOMENT)

    asyncio.run(main())
    assert waits.count == 1


def test_waits(waits):
    """Whatever waits for others until its time is over has rested."""
    assert not threading.Event().wait(MOMENT)
    with pytest.raises(queue.Empty):
        queue.Queue().get(timeout=MOMENT)
    condition = threading.Condition()
    with condition:
        assert not condition.wait(MOMENT)
    assert waits.count == 3


@pytest.mark.parametrize("timeout", [None, 60])
def test_notified(waits, timeout):
    """A wait that ends by a notification is not a pause."""
    ready, there = threading.Condition(), threading.Event()

    def notify():
        there.wait()
        with ready:
            ready.notify()

    thread = threading.Thread(target=notify)
    thread.start()
    with ready:
        there.set()
        assert ready.wait(timeout)
    thread.join()
    assert waits.count == 0


def test_put_back():
    """Afterwards all is as it was."""
    before = (time.sleep, alias, asyncio.TimerHandle._run, threading.Condition.wait)
    waits = CompletedWaits()
    with waits.counted():
        assert time.sleep is not before[0]
    time.sleep(MOMENT)
    assert (time.sleep, alias, asyncio.TimerHandle._run, threading.Condition.wait) == before
    assert waits.count == 0


# ------------------------------------------------------------------------ as the journal has it


@pytest.fixture(
    params=[
        pytest.param((mode, clock), marks=pytest.mark.cerebras_mock(mode=mode, clock=clock))
        for mode in ("server", "respx")
        for clock in ("real", "virtual")
    ],
    ids="-".join,
)
def slow(cerebras_mock):
    """Return the address of a mock that takes its time, at each edge and on each clock."""
    cerebras_mock.inject(Latency(0.02))
    return cerebras_mock.url + "/public/v1/models"


def rested(mock):
    first, second = (exchange.request.sender.waits for exchange in mock.requests)
    return second - first


def test_client_that_waits_for_answers(slow, cerebras_mock):
    """A wait for the mock's answer is not a pause."""
    for _ in range(2):
        httpx.get(slow)
    assert rested(cerebras_mock) == 0


def test_client_that_awaits_answers(slow, cerebras_mock):
    """Nor is it on a loop."""

    async def main():
        async with httpx.AsyncClient() as client:
            for _ in range(2):
                await client.get(slow)

    asyncio.run(main())
    assert rested(cerebras_mock) == 0


def test_client_that_sleeps(slow, cerebras_mock):
    """To sleep between two requests is one."""
    httpx.get(slow)
    globals()["alias"](MOMENT)
    httpx.get(slow)
    assert rested(cerebras_mock) == 1


def test_client_that_computes(slow, cerebras_mock):
    """To compute is none, and how long it took is known."""
    httpx.get(slow)
    begun = time.thread_time()
    while time.thread_time() < begun + 0.02:
        pass
    httpx.get(slow)
    first, second = (exchange.request.sender for exchange in cerebras_mock.requests)
    assert rested(cerebras_mock) == 0
    assert second.busy - first.busy >= 0.02
