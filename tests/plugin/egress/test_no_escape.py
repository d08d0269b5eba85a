"""Clients that know the real API's address by heart: none of them gets through."""

from __future__ import annotations

import asyncio
import http.client
import multiprocessing
import socket
import ssl
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import aiohttp
import anyio
import httpx
import httpx2
import openai
import pytest
import requests
import urllib3
import uvloop
from cerebras.cloud import sdk

from mockserver.edge.live import LiveEngine
from pytest_cerebras.egress import guarded
from pytest_cerebras.transport.inprocess import intercepted

HOST = "api.cerebras.ai"
URL = f"https://{HOST}/public/v1/models"
BASE = {"base_url": f"https://{HOST}", "api_key": "csk-0000", "max_retries": 0}
OPENAI = {**BASE, "base_url": f"https://{HOST}/v1"}
TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # nobody speaks it; loading certificates takes long


def cerebras(**keys):
    return sdk.Cerebras(http_client=sdk.DefaultHttpxClient(verify=TLS), **BASE, **keys)


def by_connect(method):
    with socket.socket() as connection:
        getattr(connection, method)((HOST, URL and 443))


SYNC = {
    "httpx": lambda: httpx.get(URL, verify=TLS),
    "httpx2": lambda: httpx2.get(URL, verify=TLS),
    "cerebras": lambda: cerebras(warm_tcp_connection=False).models.list(extra_query={"u": URL}),
    "openai": lambda: openai.OpenAI(**OPENAI).models.list(extra_query={"u": URL}),
}
SYNC_OTHERS = {
    "requests": lambda: requests.get(URL, timeout=5),
    "urllib": lambda: urllib.request.urlopen(URL, timeout=5),
    "urllib3": lambda: urllib3.PoolManager(retries=False).request("GET", URL),
    "http.client": lambda: http.client.HTTPSConnection(HOST, context=TLS).request("GET", URL),
    "socket": lambda: socket.create_connection((HOST, URL and 443)),
    "connect": lambda: by_connect("connect"),
    "connect_ex": lambda: by_connect("connect_ex"),
    "gethostbyname": lambda: socket.gethostbyname(URL and HOST),
}


async def by_httpx(module):
    async with module.AsyncClient(verify=TLS) as client:
        return await client.get(URL)


async def by_cerebras():
    http_client = sdk.DefaultAsyncHttpxClient(verify=TLS)
    async with sdk.AsyncCerebras(
        http_client=http_client, warm_tcp_connection=False, **BASE
    ) as client:
        return await client.models.list(extra_query={"u": URL})


async def by_openai():
    async with openai.AsyncOpenAI(**OPENAI) as client:
        return await client.models.list(extra_query={"u": URL})


async def by_aiohttp(**settings):
    async with aiohttp.ClientSession(**settings) as session, session.get(URL) as answer:
        return await answer.read()


async def by_streams():
    return await asyncio.open_connection(HOST, URL and 443)


async def by_resolver():
    return await asyncio.get_running_loop().getaddrinfo(HOST, URL and 443)


async def by_sock_connect():
    with socket.socket() as connection:
        connection.settimeout(0)
        await asyncio.get_running_loop().sock_connect(connection, (HOST, URL and 443))


async def by_gather():
    async with httpx.AsyncClient(verify=TLS) as client:
        return await asyncio.gather(client.get(URL), client.get(URL))


ASYNC = {
    "httpx": lambda: by_httpx(httpx),
    "httpx2": lambda: by_httpx(httpx2),
    "cerebras": by_cerebras,
    "openai": by_openai,
    "gather": by_gather,
}
ASYNC_OTHERS = {
    "aiohttp": by_aiohttp,
    "streams": by_streams,
    "resolver": by_resolver,
    "sock_connect": by_sock_connect,
}


def by_name(table):
    return pytest.mark.parametrize("send", table.values(), ids=table)


loops = pytest.mark.parametrize("start", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])


@pytest.fixture
def stopped(sent_by):
    """Return a context that checks that its request was stopped, and by which line."""

    def check(send, mode="server"):
        with guarded(mode=mode) as watch:
            with pytest.raises(Exception) as raised:  # noqa: PT011 (each library has its own)
                send()
            escapes = watch.escapes
        causes = [raised.value]
        while cause := causes[-1].__cause__ or causes[-1].__context__:
            causes.append(cause)
        assert any("was stopped" in str(each) for each in causes), causes
        assert escapes
        for sentence in escapes:
            assert sentence.startswith(f"a request to {HOST} was stopped (")
            assert f"{__file__}:" in sentence
            assert "URL" in sent_by(sentence)

    return check


@by_name(SYNC | SYNC_OTHERS)
def test_sync(stopped, send):
    """In server mode a request to the real host is stopped, and the line that sent it is named."""
    stopped(send)


@by_name(SYNC | SYNC_OTHERS)
def test_thread(stopped, send):
    """So it is in a thread."""
    with ThreadPoolExecutor() as pool:
        stopped(lambda: pool.submit(send).result())


@by_name({name: SYNC_OTHERS.get(name) or SYNC[name] for name in (*SYNC, "requests", "urllib")})
def test_proxy(stopped, proxy, monkeypatch, send):
    """So it is where the environment has a proxy for it, which hears nothing of it."""
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, proxy)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    stopped(send)


@by_name({**ASYNC, "aiohttp": lambda: by_aiohttp(trust_env=True)})
def test_async_proxy(stopped, proxy, monkeypatch, send):
    """So it is for async clients."""

    async def main():
        await send()

    test_proxy(stopped, proxy, monkeypatch, lambda: asyncio.run(main()))


@loops
@by_name(ASYNC | ASYNC_OTHERS)
def test_async(stopped, start, send):
    """So it is on an event loop, be it asyncio's or uvloop's."""

    async def main():
        await send()

    stopped(lambda: start(main()))


@pytest.mark.parametrize("module", [httpx, httpx2], ids=["httpx", "httpx2"])
def test_trio(stopped, module):
    """So it is on trio."""
    stopped(lambda: anyio.run(by_httpx, module, backend="trio"))


@by_name(SYNC)
def test_sync_in_process(send):
    """In respx mode clients on httpx and httpx2 are answered."""
    live = LiveEngine()
    with intercepted(live), guarded(mode="respx") as watch:
        assert send()
        assert not watch.escapes
    assert len(live.journal.exchanges) == 1


@loops
@by_name(ASYNC)
def test_async_in_process(start, send):
    """So they are on an event loop."""

    async def main():
        return await send()

    live = LiveEngine()
    with intercepted(live), guarded(mode="respx") as watch:
        assert start(main())
        assert not watch.escapes
    assert live.journal.exchanges


@by_name(SYNC_OTHERS)
def test_sync_others_in_process(stopped, send):
    """Others are stopped in respx mode too."""
    with intercepted(LiveEngine()):
        stopped(send, "respx")


@loops
@by_name(ASYNC_OTHERS)
def test_async_others_in_process(stopped, start, send):
    """So they are on an event loop."""

    async def main():
        await send()

    with intercepted(LiveEngine()):
        stopped(lambda: start(main()), "respx")


def in_a_process(how):
    return multiprocessing.get_context(how).Process(
        target=urllib.request.urlopen, args=(URL,), kwargs={"timeout": 5}
    )


@pytest.mark.parametrize("how", ["fork", "spawn", "forkserver"])
def test_multiprocessing(monkeypatch, how):
    """A process that Python starts is guarded, however it does that."""
    with guarded() as watch:
        for name, value in watch.variables().items():
            monkeypatch.setenv(name, value)
        process = in_a_process(how)
        process.start()
        process.join()
        assert process.exitcode == 1
        assert len(watch.escapes) == 1
