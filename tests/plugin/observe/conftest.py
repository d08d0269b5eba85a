"""Preludes of inner tests: about stalls, and about work that lingers from an earlier test."""

from __future__ import annotations

import pytest

from pytest_cerebras.observe import stall_watchdog

COMMON = """
import asyncio, contextlib, http.client, json, os, subprocess, sys, threading, time
import urllib.request
import aiohttp, httpx, pytest, requests
from anyio.from_thread import start_blocking_portal
from cerebras.cloud.sdk import AsyncCerebras, Cerebras
from concurrent.futures import ThreadPoolExecutor
from fastapi import FastAPI
from fastapi.testclient import TestClient
from openai import AsyncOpenAI, OpenAI

PATH = "/v1/chat/completions"
NO_RETRY = {"timeout": None, "max_retries": 0}
SDK = {"max_retries": 0, "warm_tcp_connection": False}
HUNG_UP = (httpx.RemoteProtocolError, httpx.ReadError)

def asked(stream=True):
    messages = [{"role": "user", "content": "a"}]
    return {"model": "gpt-oss-120b", "messages": messages, "stream": stream}

def url():
    return os.environ["CEREBRAS_BASE_URL"] + PATH

def fields():
    return {
        "authorization": "Bearer " + os.environ["CEREBRAS_API_KEY"],
        "content-type": "application/json",
    }

def ask(timeout=None):
    return httpx.post(url(), json=asked(), headers=fields(), timeout=timeout).text

async def ask_async(timeout=None):
    async with httpx.AsyncClient(timeout=timeout) as client:
        return (await client.post(url(), json=asked(), headers=fields())).text

def hung_up():
    with contextlib.suppress(*HUNG_UP):
        ask()

def child(mock, code):
    command = [sys.executable, "-c", code]
    env = {**os.environ, **mock.env()}
    return subprocess.run(command, env=env, capture_output=True, text=True)

CHILD = '''
import httpx, os

url, key = os.environ["CEREBRAS_BASE_URL"], os.environ["CEREBRAS_API_KEY"]
asked = {"model": "gpt-oss-120b", "messages": [{"role": "user", "content": "a"}], "stream": True}
fields = {"authorization": "Bearer " + key}
httpx.post(url + "/v1/chat/completions", json=asked, headers=fields, timeout=%r)
'''
SDK_CHILD = '''
import asyncio
from cerebras.cloud.sdk import AsyncCerebras

async def main():
    client = AsyncCerebras(timeout=%r, max_retries=0, warm_tcp_connection=False)
    messages = [{"role": "user", "content": "a"}]
    async for _ in await client.chat.completions.create(
        model="gpt-oss-120b", messages=messages, stream=True
    ):
        pass

asyncio.run(main())
'''
"""


BEGIN = """
import asyncio, contextlib, queue, threading, time
from concurrent.futures import ThreadPoolExecutor
import httpx, pytest
from pytest_cerebras.observe.suspension import of_thread

SHARED = {}
MORNING = threading.Lock()
MORNING.acquire()

THREADS, POOLS, LOOPS = [], [], []

def sleep():
    if "over" not in SHARED:
        MORNING.acquire()  # until somebody releases it, which wakes one

async def sleep_async():
    async def sleep():
        await asyncio.get_running_loop().run_in_executor(None, MORNING.acquire)
    SHARED["asleep"] = True
    await sleep()

def ask(mock, name="x"):
    post(mock.url, name)

def post(url, name="x", **more):
    with contextlib.suppress(Exception):  # of one that comes too late
        httpx.post(
            url + "/v1/chat/completions",
            headers={"authorization": "Bearer csk-1"},
            json={"model": "gpt-oss-120b", "messages": [{"role": "user", "content": name}]},
            **more,
        )

def asleep(thread):
    import sys
    for _ in range(10_000):
        frame = sys._current_frames().get(thread.ident)
        if frame is not None and of_thread(frame, at_job=True).asleep:
            return
        time.sleep(0.001)
    raise AssertionError("it never sleeps")

def asleep_in(loop):
    while "asleep" not in SHARED:
        time.sleep(0.001)
    asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop).result()

def came(mock, count):
    for _ in range(10_000):
        if len(mock.live.journal.exchanges) >= count:
            return mock.live.journal.exchanges[-1].from_elsewhere
        time.sleep(0.001)
    raise AssertionError("it never came")

def started(target, *args):
    def quietly():
        with contextlib.suppress(RuntimeError):  # of a pool that is shut down
            target(*args)
    thread = threading.Thread(target=quietly, daemon=True)
    THREADS.append(thread)
    thread.start()
    return thread

def pool_of_one():
    POOLS.append(ThreadPoolExecutor(1))
    return POOLS[-1]

def loop_in_a_thread():
    LOOPS.append(asyncio.new_event_loop())
    started(LOOPS[-1].run_forever)
    return LOOPS[-1]

async def without_tasks():
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

@pytest.fixture(scope="session", autouse=True)
def over():
    yield
    SHARED["over"] = True
    for _ in range(4):
        with contextlib.suppress(RuntimeError):
            MORNING.release()
        time.sleep(0.005)
    for name in {"stop", "wakeup"} & SHARED.keys():
        SHARED[name].set()
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.cancel()
    for pool in POOLS:
        pool.shutdown()
    for loop in LOOPS:
        asyncio.run_coroutine_threadsafe(without_tasks(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
    for thread in list(THREADS):
        thread.join(0.2)  # some wait for work until the process is over
    for loop in LOOPS:
        loop.close()
"""


@pytest.fixture
def stalling(run, monkeypatch):
    """Return a function that runs tests under a scenario that stalls, on a clock."""
    monkeypatch.setattr(stall_watchdog, "AT_STANDSTILL", 0.1)
    monkeypatch.setenv("COLUMNS", "400")  # of which the summary of a failure may take as many

    def start(code, clock, *more):
        soon = ("--cerebras-scenario", "stall-mid-stream", "--cerebras-stall", "0.4")
        return run(COMMON + code, "--cerebras-clock", clock, *soon, *more)

    return start


@pytest.fixture
def begin():
    """Return the code that the inner tests begin with."""
    return BEGIN
