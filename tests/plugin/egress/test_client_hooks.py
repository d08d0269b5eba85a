"""Where libraries take requests: they are asked before anything happens."""

from __future__ import annotations

import asyncio
import socket
import ssl
from importlib.util import find_spec
from types import SimpleNamespace

import aiohttp
import httpx
import httpx2
import pytest
import requests
from aiohttp.abc import AbstractResolver

from mockserver.edge.live import LiveEngine
from mockserver.edge.server.threaded import ThreadedServer
from pytest_cerebras.egress import EscapeError, client_hooks, guarded

HOST = "api.cerebras.ai"
URL = f"https://{HOST}/v1/models"
KEY = {"authorization": "Bearer csk-0000"}
TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
HOOKS = [
    hook
    for hook in client_hooks.client_hooks()
    if find_spec("socksio") or "socks" not in hook.module
]
NAMES = ["httpx", "httpx2", "requests"]
both = pytest.mark.parametrize("module", [httpx, httpx2], ids=NAMES[:2])


def arguments(hook):
    request = SimpleNamespace(url=SimpleNamespace(host=HOST.encode()))
    connection = SimpleNamespace(type=socket.SOCK_STREAM)
    return {
        "getaddrinfo": (None, HOST),
        "create_connection": (None, None, HOST),
        "connect_tcp": (None, HOST),
        "sock_connect": (None, connection, (HOST, 443)),
        "connect_ex": (connection, (HOST, 443)),
        "wrap_socket": (None, connection, False, True, True, HOST),
        "wrap_bio": (None, None, None, False, HOST),
    }.get(hook.method) or ((connection, (HOST, 443)) if hook.owner == "socket" else (None, request))


@pytest.mark.parametrize(
    "hook", HOOKS, ids=lambda hook: f"{hook.module}.{hook.owner}.{hook.method}"
)
def test_each(hook, monkeypatch):
    """Each hook is where the table says, and raises the exception of its library."""
    asked = []

    def refuse(host):
        asked.append(host)
        raise EscapeError("was stopped")

    owner = client_hooks._owner(hook)
    before = getattr(owner, hook.method)
    client_hooks.install(refuse, monkeypatch)
    function = getattr(owner, hook.method)
    with pytest.raises(Exception, match="was stopped") as raised:
        function(*arguments(hook))
    assert asked in ([HOST], [HOST.encode()])
    expected = (hook.error or (None, "EscapeError"))[1]
    assert type(raised.value).__name__ == expected
    monkeypatch.undo()
    assert getattr(owner, hook.method) == before


def test_tls_by_number():
    """A client that connects by IP address is stopped before TLS sends the real name."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        connecting = socket.create_connection(listener.getsockname())
        with connecting as client, guarded(others="block") as watch:
            with pytest.raises(EscapeError, match=HOST):
                TLS.wrap_socket(client, server_hostname=HOST)
            TLS.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="here.example")
            assert len(watch.stopped) == 1
        with listener.accept()[0] as accepted:
            assert accepted.recv(1) == b""


def test_missing(monkeypatch):
    """A library that is not installed, or has changed, is left alone."""
    strange = [
        client_hooks.ClientHook("no_such_library", "Client", "send", lambda *_: None),
        client_hooks.ClientHook("asyncio", "NoSuchLoop", "getaddrinfo", lambda *_: None),
    ]
    monkeypatch.setattr(client_hooks, "client_hooks", lambda: strange)
    client_hooks.install(lambda _: None, monkeypatch)


@both
def test_proxy(module, proxy):
    """A proxy that the app has chosen gets neither the host's name nor the request."""
    with guarded() as watch, module.Client(proxy=proxy, verify=TLS) as client:
        for target in (URL, URL.replace("https", "http")):
            with pytest.raises(module.ConnectError, match="was stopped"):
                client.get(target)
        assert len(watch.escapes) == 2


@both
def test_proxy_async(module, proxy):
    """Nor by an async client."""

    async def main():
        async with module.AsyncClient(proxy=proxy, verify=TLS) as client:
            await client.get(URL)

    with guarded(), pytest.raises(module.ConnectError, match="was stopped"):
        asyncio.run(main())


def test_proxy_of_aiohttp(proxy):
    """Nor by aiohttp."""

    async def main():
        async with aiohttp.ClientSession() as session:
            await session.get(URL, proxy=proxy)

    with guarded(), pytest.raises(aiohttp.ClientOSError, match="was stopped"):
        asyncio.run(main())


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_proxy_of_requests(proxy, scheme):
    """Nor by requests, which speaks to it in two ways."""
    with guarded(), pytest.raises(requests.ConnectionError, match="was stopped"):
        requests.get(f"{scheme}://{HOST}/v1/models", proxies={scheme: proxy}, timeout=5)


def test_resolver_of_its_own():
    """A client that resolves names by means of its own is stopped before it does."""

    class Resolver(AbstractResolver):
        async def resolve(self, host, port=0, family=0):
            raise AssertionError(host)

        async def close(self):
            pass

    async def main():
        connector = aiohttp.TCPConnector(resolver=Resolver())
        async with aiohttp.ClientSession(connector=connector) as session:
            await session.get(URL)

    with guarded(), pytest.raises(aiohttp.ClientOSError, match="was stopped"):
        asyncio.run(main())


@pytest.fixture
def real(monkeypatch):
    """Return the URL of a server that everybody takes for the real one, and its engine."""
    resolve = socket.getaddrinfo

    def resolved(host, *args, **kwargs):
        return resolve("127.0.0.1" if HOST in str(host) else host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    with ThreadedServer(LiveEngine()) as server:
        yield f"http://{HOST}:{server.url.rpartition(':')[2]}/public/v1/models", server.live


@pytest.mark.parametrize("session", [httpx.Client, httpx2.Client, requests.Session], ids=NAMES)
def test_open_before(real, session):
    """A connection that was open before the mock was there is not used meanwhile."""
    url, live = real
    with session() as client:
        assert client.get(url).status_code == 200
        with guarded(), pytest.raises(Exception, match="was stopped"):
            client.get(url)
        assert client.get(url).status_code == 200
    assert len(live.journal.exchanges) == 2


@pytest.mark.parametrize("session", [httpx.AsyncClient, httpx2.AsyncClient], ids=NAMES[:2])
def test_open_before_async(real, session):
    """Nor by an async client."""
    url, live = real

    async def main():
        async with session() as client:
            assert (await client.get(url)).status_code == 200
            with guarded(), pytest.raises(Exception, match="was stopped"):
                await client.get(url)

    asyncio.run(main())
    assert len(live.journal.exchanges) == 1
