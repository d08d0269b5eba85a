"""Replicas that play over one store, each in a loop of this process."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack, asynccontextmanager

from mockserver.core.messages import Request
from mockserver.edge.live import Overrides
from mockserver.edge.state.address import read_address
from mockserver.edge.state.shared import SharedLive
from mockserver.scenario import read

KEY = {"authorization": "Bearer csk-0123456789abcdef0123", "content-type": "application/json"}
FIRST = "name: first\nrules:\n  - schedule: {first: 3}\n    faults: [{error: {status: 418}}]\n"
BY_CALL = """
name: by call
rules:
  - name: second attempt
    match: {attempt: 2}
    faults: [{error: {status: 409}}]
  - count_by: call
    schedule: {first: 1}
    faults: [{error: {status: 503}}]
"""
LIMITED = "name: limited\nlimits:\n  - requests_per_day: 4\n"
TEAPOT = "faults: [{error: {status: 418}}]"


def chat(text="Hi", **headers):
    body = {"model": "llama3.1-8b", "messages": [{"role": "user", "content": text}]}
    return Request("POST", "/v1/chat/completions", {**KEY, **headers}, json.dumps(body).encode())


def replica(redis, text=FIRST, name="a", **settings):
    found = read(text, source="test.yaml")
    return SharedLive(found, Overrides(), read_address(redis.url), replica=name, **settings)


@asynccontextmanager
async def replicas(redis, *texts, **settings):
    """Yield a replica for each scenario; they join in this order."""
    lives = [replica(redis, text, f"r{at}", **settings) for at, text in enumerate(texts)]
    async with AsyncExitStack() as stack:
        for live in lives:
            await stack.enter_async_context(live.sharing())
        yield lives


async def sent(live, request=None, *, over=True):
    """Send a request; return its exchange."""
    in_flight = await live.soon(request or chat())
    if over:
        in_flight.end()
    return in_flight.exchange


async def statuses(*lives):
    return [(await sent(live, chat(str(at)))).status for at, live in enumerate(lives)]


async def until(holds):
    """Wait until something holds, for some seconds at most."""
    async with asyncio.timeout(10):
        while not holds():
            await asyncio.sleep(0.01)
