"""Each thread and each task that sends a request is a caller of its own."""

from __future__ import annotations

import asyncio
import math
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from operator import attrgetter

import httpx
import pytest

from mockserver.core.messages import Sender
from pytest_cerebras.observe.busy_time import busy_seconds
from pytest_cerebras.observe.caller_identity import Callers

pytestmark = pytest.mark.cerebras_mock
PATH = "/public/v1/models"


@pytest.fixture(
    params=[
        pytest.param(mode, marks=pytest.mark.cerebras_mock(mode=mode))
        for mode in ("server", "respx")
    ]
)
def mode(request):
    """Let a test run at both edges."""
    return request.param


def callers(mock):
    return [exchange.request.sender for exchange in mock.requests]


@pytest.mark.usefixtures("mode")
def test_thread(cerebras_mock):
    """The requests of one thread have one sender, on any number of connections."""
    for _ in range(2):
        httpx.get(cerebras_mock.url + PATH)
    first, second = callers(cerebras_mock)
    assert first == second
    assert first.since == -math.inf


@pytest.mark.usefixtures("mode")
def test_threads(cerebras_mock):
    """Threads are told apart, even on a connection that they share."""
    with httpx.Client(limits=httpx.Limits(max_connections=1)) as client:
        asking = (cerebras_mock.url + PATH,)
        threads = [threading.Thread(target=client.get, args=asking) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(set(callers(cerebras_mock))) == 3


@pytest.mark.usefixtures("mode")
def test_thread_for_each_attempt(cerebras_mock):
    """When a thread was started, and by whom, is known."""
    for _ in range(2):
        thread = threading.Thread(target=httpx.get, args=(cerebras_mock.url + PATH,))
        thread.start()
        thread.join()
    httpx.get(cerebras_mock.url + PATH)
    one, later, main = callers(cerebras_mock)
    assert one.since < cerebras_mock.requests[0].finished <= later.since
    assert one.parent == later.parent == main
    assert main.parent is None


def test_beside(cerebras_mock):
    """Whom the same parent has started and not waited for is known, of threads and of jobs."""
    get = (httpx.get, cerebras_mock.url + PATH)
    threads = [threading.Thread(target=get[0], args=get[1:]) for _ in range(3)]
    for thread in threads[:2]:
        thread.start()
    threads[0].join()
    threads[1].join()
    threads[2].start()
    threads[2].join()

    with ThreadPoolExecutor() as pool:
        wait([pool.submit(*get) for _ in range(2)])
        pool.submit(*get).result()
    for of_one_kind in (callers(cerebras_mock)[:3], callers(cerebras_mock)[3:]):
        one, other, later = sorted(of_one_kind, key=attrgetter("since"))
        assert one.name in other.beside
        assert one.beside.isdisjoint({other.name})
        assert later.beside.isdisjoint({one.name, other.name})


@pytest.mark.usefixtures("mode")
def test_jobs(cerebras_mock):
    """Jobs of one pool thread are told apart, and the time of their submission is known."""
    url = cerebras_mock.url + PATH
    both_there = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(both_there.wait)
        jobs = [pool.submit(httpx.get, url) for _ in range(2)]
        both_there.set()
        wait(jobs)
        pool.submit(httpx.get, url).result()
    httpx.get(url)
    one, two, later, thread = callers(cerebras_mock)
    assert len({one, two, later, thread}) == 4
    assert two.since < cerebras_mock.requests[0].finished <= later.since


@pytest.mark.usefixtures("mode")
def test_tasks(cerebras_mock):
    """So are tasks, and when each began to exist is known."""

    async def ask(client):
        await client.get(cerebras_mock.url + PATH)

    async def main():
        async with httpx.AsyncClient() as client:
            await asyncio.gather(ask(client), ask(client))
            await ask(client)
            async with asyncio.TaskGroup() as group:
                group.create_task(ask(client))

    asyncio.run(main())
    one, two, main_task, later = callers(cerebras_mock)
    assert len({one, two, main_task, later}) == 4
    assert main_task.since < min(one.since, two.since)
    assert later.since >= cerebras_mock.requests[2].finished


def test_large_body(cerebras_mock):
    """Data that a loop writes after a task has yielded still belongs to the task."""

    async def main():
        async with httpx.AsyncClient() as client:
            await client.post(cerebras_mock.url + PATH, content=b"x" * 8_000_000)
            await client.get(cerebras_mock.url + PATH)

    asyncio.run(main())
    large, small = callers(cerebras_mock)
    assert large == small
    assert large.name.startswith("task")


def test_other_process(cerebras_mock):
    """Of another process nothing is known."""
    code = f"from urllib.request import urlopen; urlopen({cerebras_mock.url + PATH!r})"
    env = {**os.environ, **cerebras_mock.env()}
    subprocess.run([sys.executable, "-c", code], check=True, env=env)
    assert callers(cerebras_mock) == [None]


def test_busy_and_rested():
    """A sender has the busy time of its thread, and the number of completed waits."""
    callers = Callers(lambda: 0.0)
    first = callers.current()
    assert first.waits is None
    callers.waits = lambda: 7
    while busy_seconds() < first.busy + 0.002:
        pass
    second = callers.current()
    assert second.waits == 7
    assert first.busy + 0.002 <= second.busy <= busy_seconds()
    assert first == second


def test_busy_in_a_task():
    """So does a task; other work in the same thread counts as its own busy time."""

    async def main():
        callers = Callers(lambda: 0.0)
        callers.waits = lambda: 1
        first = callers.current()
        while busy_seconds() < first.busy + 0.002:  # noqa: ASYNC110 (others have their turn)
            await asyncio.sleep(0)
        return first, callers.current()

    first, second = asyncio.run(main())
    assert first == second
    assert second.busy >= first.busy + 0.002
    assert second.waits == 1


def test_nobody_on_a_loop():
    """A callback of a loop has no sender."""

    async def main():
        found = asyncio.get_running_loop().create_future()
        callers = Callers(lambda: 0.0)
        asyncio.get_running_loop().call_soon(lambda: found.set_result(callers.current()))
        return await found

    assert asyncio.run(main()) is None


@pytest.mark.usefixtures("mode")
def test_busy_when_it_sends(cerebras_mock):
    """Both are those of the moment when the request is sent."""
    for _ in range(2):
        httpx.get(cerebras_mock.url + PATH)
    first, second = callers(cerebras_mock)
    assert 0 < first.busy < second.busy <= busy_seconds()
    assert first.waits is not None


def test_unknown_port():
    """A port that no socket of this process has written to has no sender."""
    assert Callers(lambda: 0.0, [1]).at(2) is None


class Collected:
    """An object whose hash starts a task, as garbage collection may do at any time."""

    def __init__(self, begin):
        self.begin = begin

    def __hash__(self):
        begin, self.begin = self.begin, lambda: None
        begin()
        return id(self)


def test_collected_meanwhile():
    """A task may begin while another one is noted: garbage is collected at any time."""
    callers, tasks = Callers(lambda: 1.0), []
    begin = partial(callers._of, callers, Sender("", 2.0))

    def note():
        tasks.append(callers._of(Collected(begin), Sender("", 1.0)))

    noting = threading.Thread(target=note, daemon=True)
    noting.start()
    noting.join(5)
    assert not noting.is_alive()
    assert [task.since for task in tasks] == [1.0]
