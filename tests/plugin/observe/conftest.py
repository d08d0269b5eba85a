"""What all tests of stalls share."""

from __future__ import annotations

import pytest

from pytest_cerebras.observe import stalls

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


@pytest.fixture
def stalling(run, monkeypatch):
    """Return a function that runs tests under a scenario that stalls, on a clock."""
    monkeypatch.setattr(stalls, "AT_STANDSTILL", 0.1)
    monkeypatch.setenv("COLUMNS", "400")  # of which the summary of a failure may take as many

    def start(code, clock, *more):
        soon = ("--cerebras-scenario", "stall-mid-stream", "--cerebras-stall", "0.4")
        return run(COMMON + code, "--cerebras-clock", clock, *soon, *more)

    return start
