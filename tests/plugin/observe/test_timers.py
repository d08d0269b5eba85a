"""The pending timers of event loops."""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager

import pytest
import trio
import uvloop

from pytest_cerebras.observe import timers
from pytest_cerebras.observe.timers import horizon_of, running

LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


@pytest.fixture(params=LOOPS)
def loop(request):
    """Yield a loop of either kind."""
    loop = LOOPS[request.param]()
    with timers.noted():
        yield loop
    loop.close()


async def past(horizon):
    """Wait until it is past; nothing else could tell."""
    while not horizon.is_past():  # noqa: ASYNC110
        await asyncio.sleep(0.001)


def wait_until_past(loop, schedule):
    """Wait until the horizon is past that something is scheduled before; return whether it was."""

    async def look():
        schedule(loop)
        found = horizon_of(loop)
        at_once = found.is_past()
        await past(found)
        return at_once

    return loop.run_until_complete(look())


def test_nothing(loop):
    """Without pending timers there is nothing to wait for."""
    wait_until_past(loop, lambda loop: loop.call_later(3600, print).cancel())


def test_the_last(loop):
    """It comes with the last timer of all, and no later one moves it."""
    happened = []

    def schedule(loop):
        loop.call_later(0.01, happened.append, 1)
        loop.call_at(loop.time() + 0.03, happened.append, 2)
        loop.call_later(0.02, loop.call_later, 3600, print)

    assert not wait_until_past(loop, schedule)
    assert happened == [1, 2]


def test_late(loop):
    """A due timer on a busy loop still fires, and its effects are awaited."""
    happened = []

    def begin(rounds):
        happened.append(rounds)
        if rounds < 20:
            loop.call_soon(begin, rounds + 1)

    def schedule(loop):
        loop.call_soon(begin, 1)

    assert not wait_until_past(loop, schedule)
    assert happened[-1] == 20


@pytest.mark.parametrize("seconds", [0.02, 3600])
def test_sleep(loop, monkeypatch, seconds):
    """Somebody's sleep counts, but for no more than so long."""
    monkeypatch.setattr(timers, "SLEEPS", 0.05)

    async def main():
        async with asyncio.TaskGroup() as tasks:
            sleeping = tasks.create_task(asyncio.sleep(seconds))
            await asyncio.sleep(0)
            begun, found = loop.time(), horizon_of(loop)
            assert not found.is_past()
            await past(found)
            sleeping.cancel()
        return loop.time() - begun

    # asyncio alone shows what a timer is for
    shown = isinstance(loop, asyncio.BaseEventLoop)
    if shown or seconds < 1:
        assert min(seconds, 0.05) - 0.01 <= loop.run_until_complete(main()) < 10


def test_not_running(loop):
    """A loop that does not run gets nowhere."""
    assert not horizon_of(loop).is_past()


def test_running():
    """Each loop is known in its thread, and in no other."""

    async def main():
        return running()

    async def main_of_trio():
        return running(), trio.lowlevel.current_trio_token()

    assert running() is None
    with asyncio.Runner() as runner:
        assert runner.run(main()) is runner.get_loop()
    found, token = trio.run(main_of_trio)
    assert found is token


@contextmanager
def trio_in_thread(main):
    """Run trio in a thread; yield its token."""
    token, begun = [], threading.Event()

    async def run():
        token.append(trio.lowlevel.current_trio_token())
        begun.set()
        await main()

    thread = threading.Thread(target=trio.run, args=(run,))
    thread.start()
    begun.wait()
    yield token[0]
    thread.join()


def test_trio():
    """The deadlines of trio can be read from another thread, too."""
    over = trio.Event()

    async def main():
        with trio.move_on_after(0.05):
            await over.wait()
        await over.wait()

    with trio_in_thread(main) as token:
        found = horizon_of(token)
        assert not found.is_past()
        while not found.is_past():
            threading.Event().wait(0.001)
        token.run_sync_soon(over.set)
    ended = horizon_of(token)
    assert not ended.is_past()


def test_trio_with_a_heartbeat(monkeypatch):
    """Something that is always about to happen is waited for no longer than so."""
    monkeypatch.setattr(timers, "SLEEPS", 0.05)
    over = threading.Event()

    async def main():
        while not over.is_set():  # noqa: ASYNC110 (a heartbeat)
            await trio.sleep(0.002)

    with trio_in_thread(main) as token:
        found = horizon_of(token)
        while not found.is_past():
            threading.Event().wait(0.001)
        over.set()
