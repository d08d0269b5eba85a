"""Stalls that would hold the run for ever, and those that wait for somebody's deadline."""

from __future__ import annotations

import pytest

from pytest_cerebras.observe import stalls

SENTENCE = "the scenario stalls and this client has no time-out: #1 POST /v1/chat/completions "
REQUESTS = """
import os, requests

def test_it(cerebras_mock):
    requests.post(
        cerebras_mock.url + "/v1/chat/completions",
        json={"model": "gpt-oss-120b", "messages": [{"role": "user", "content": "a"}]},
        headers={"Authorization": "Bearer " + os.environ["CEREBRAS_API_KEY"]},
    )
"""
SDK = """
import contextlib
from cerebras.cloud.sdk import Cerebras, CerebrasError

def test_it(cerebras_mock):
    client = Cerebras(timeout=None, max_retries=0, warm_tcp_connection=False)
    asked = {"model": "gpt-oss-120b", "messages": [{"role": "user", "content": "a"}]}
    with contextlib.suppress(Exception):
        list(client.chat.completions.create(**asked, stream=True))
"""
ASYNC = """
import asyncio
from cerebras.cloud.sdk import AsyncCerebras

async def main():
    messages = [{"role": "user", "content": "a"}]
    async with AsyncCerebras(timeout=None, max_retries=0, warm_tcp_connection=False) as client:
        async for _ in await client.chat.completions.create(
            model="gpt-oss-120b", messages=messages, stream=True
        ):
            pass

def test_it(cerebras_mock):
    asyncio.run(main())
"""
UNITTEST = """
import unittest
from cerebras.cloud.sdk import Cerebras

class TestOld(unittest.TestCase):
    def test_it(self):
        client = Cerebras(timeout=None, max_retries=0, warm_tcp_connection=False)
        asked = {"model": "gpt-oss-120b", "messages": [{"role": "user", "content": "a"}]}
        list(client.chat.completions.create(**asked, stream=True))
"""
APPS = {"unittest": UNITTEST, "requests": REQUESTS, "sdk": SDK, "async": ASYNC}
WAYS = {
    "server": ("--cerebras-clock", "real"),
    "virtual": ("--cerebras-clock", "virtual"),
    "respx": ("--cerebras-mode", "respx"),
    "respx-virtual": ("--cerebras-mode", "respx", "--cerebras-clock", "virtual"),
}


@pytest.fixture(autouse=True)
def _soon(monkeypatch):
    monkeypatch.setattr(stalls, "WITHOUT_TIMEOUT", 0.1)
    monkeypatch.setattr(stalls, "LONGEST", 0.3)
    monkeypatch.setattr(stalls, "AT_STANDSTILL", 0.1)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("app", APPS)
def test_without_timeout(run, app, way):
    """A client that would wait for ever fails its test with one sentence, even if it hides that."""
    if app == "requests" and "respx" in way:
        pytest.skip("respx mode does not answer requests")
    scenario = "stalled-server" if app == "requests" else "stall-mid-stream"
    result = run(APPS[app], "--cerebras-mock", "--cerebras-scenario", scenario, *way)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"*{SENTENCE}gpt-oss-120b*"])


DEADLINES = """
import asyncio, os, subprocess, sys, threading
import httpx, pytest
from cerebras.cloud.sdk import AsyncCerebras, Cerebras, APITimeoutError

MESSAGES = [{"role": "user", "content": "a"}]
OPTIONS = {"max_retries": 0, "warm_tcp_connection": False}

def ask(client):
    return client.chat.completions.create(model="gpt-oss-120b", messages=MESSAGES)

def test_read(cerebras_mock):
    with pytest.raises(APITimeoutError):
        ask(Cerebras(timeout=0.5, **OPTIONS))

def test_deadline_of_a_task(cerebras_mock):
    async def main():
        async with AsyncCerebras(timeout=None, **OPTIONS) as client, asyncio.timeout(0.5):
            await ask(client)

    with pytest.raises(TimeoutError):
        asyncio.run(main())

def test_deadline_of_a_thread(cerebras_mock):
    def app():
        with pytest.raises(Exception):
            ask(Cerebras(timeout=None, **OPTIONS))

    thread = threading.Thread(target=app, daemon=True)
    thread.start()
    thread.join(0.5)
    assert thread.is_alive()

CHILD = '''
import httpx, os

url, key = os.environ["CEREBRAS_BASE_URL"], os.environ["CEREBRAS_API_KEY"]
asked = {"model": "gpt-oss-120b", "messages": [{"role": "user", "content": "a"}]}
fields = {"authorization": "Bearer " + key}
httpx.post(url + "/v1/chat/completions", json=asked, headers=fields, timeout=0.5)
'''

def test_deadline_of_a_process(cerebras_mock):
    app = subprocess.run([sys.executable, "-c", CHILD], capture_output=True, text=True)
    assert "ReadTimeout" in app.stderr
"""


@pytest.mark.parametrize("clock", ["real", "virtual"])
def test_deadlines(run, monkeypatch, clock):
    """Who has a deadline, whatever it is, is let wait for it."""
    monkeypatch.setattr(stalls, "WITHOUT_TIMEOUT", 60.0)
    monkeypatch.setattr(stalls, "LONGEST", 60.0)
    result = run(DEADLINES, "--cerebras-scenario", "stalled-server", "--cerebras-clock", clock)
    result.assert_outcomes(passed=4)
