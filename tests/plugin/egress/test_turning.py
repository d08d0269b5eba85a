"""Clients that have the real host written in, under ``--cerebras-mode redirect``."""

from __future__ import annotations

import asyncio
import gc
import http.client
import json
import shutil
import ssl
import subprocess
import sys
import time
import urllib.request
import warnings
from contextlib import closing

import aiohttp
import httpx
import httpx2
import pytest
import requests
import trio
from aiohttp.resolver import AsyncResolver
from cerebras.cloud.sdk import Cerebras
from openai import OpenAI

from mockserver.edge.live import LiveEngine
from mockserver.edge.server.threaded import ThreadedServer
from pytest_cerebras.egress import EscapeError

HOST = "api.cerebras.ai"
URL = f"https://{HOST}/v1/chat/completions"
OTHER = "https://inference.cerebras.ai/v1/chat/completions"
BODY = {"model": "gpt-oss-120b", "messages": [{"role": "user", "content": "ping"}]}
HEAD = {"authorization": "Bearer csk-0000", "content-type": "application/json"}
# both are older than any test, and so are their TLS contexts
SESSION, CLIENT = requests.Session(), httpx.Client()

redirected = pytest.mark.cerebras_mock(mode="redirect")


def by_requests(url=URL):
    return requests.post(url, json=BODY, headers=HEAD, timeout=5).status_code


def by_an_old_session(url=URL):
    return SESSION.post(url, json=BODY, headers=HEAD, timeout=5).status_code


def by_httpx(url=URL):
    return httpx.post(url, json=BODY, headers=HEAD).status_code


def by_an_old_client(url=URL):
    return CLIENT.post(url, json=BODY, headers=HEAD).status_code


def by_httpx2(url=URL):
    return httpx2.post(url, json=BODY, headers=HEAD).status_code


def by_urllib(url=URL):
    asked = urllib.request.Request(url, json.dumps(BODY).encode(), HEAD)
    try:
        with urllib.request.urlopen(asked, timeout=5) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def by_http_client(url=URL):
    scheme, _, host, path = url.split("/", 3)
    kind = http.client.HTTPSConnection if scheme == "https:" else http.client.HTTPConnection
    with closing(kind(host, timeout=5)) as connection:
        connection.request("POST", f"/{path}", json.dumps(BODY), HEAD)
        with connection.getresponse() as answer:
            return answer.status


async def aiohttp_asks(url=URL):
    async with (
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(5)) as session,
        session.post(url, json=BODY, headers=HEAD) as answer,
    ):
        await answer.read()
        return answer.status


async def httpx_asks(url=URL):
    async with httpx.AsyncClient() as client:
        return (await client.post(url, json=BODY, headers=HEAD)).status_code


def by_aiohttp(url=URL):
    try:
        return asyncio.run(aiohttp_asks(url))
    finally:  # a time-out leaves aiohttp's transport open, if the loop ends with it
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()


def by_httpx_async(url=URL):
    return asyncio.run(httpx_asks(url))


def by_trio(url=URL):
    return trio.run(httpx_asks, url)


def by_uvloop(url=URL):
    return pytest.importorskip("uvloop").run(httpx_asks(url))


def by_aiohttp_on_uvloop(url=URL):
    return pytest.importorskip("uvloop").run(aiohttp_asks(url))


def by_cerebras(url=URL):
    base = url.partition("/v1")[0]
    with Cerebras(base_url=base, api_key="csk-0000", max_retries=0) as client:
        return _status_of(client)


def by_openai(url=URL):
    base = url.partition("/chat")[0]
    with OpenAI(base_url=base, api_key="csk-0000", max_retries=0) as client:
        return _status_of(client)


def _status_of(client):
    asked = client.chat.completions.with_raw_response.create
    try:
        return asked(**BODY).http_response.status_code
    except Exception as error:
        if status := getattr(error, "status_code", None):
            return status
        raise


def by_a_child(url=URL):
    code = f"import requests; print(requests.post({url!r}, json={BODY!r}, headers={HEAD!r}))"
    return _printed(sys.executable, "-c", code)


def by_an_async_child(url=URL):
    code = f"""
import asyncio, httpx

async def main():
    async with httpx.AsyncClient() as client:
        print(await client.post({url!r}, json={BODY!r}, headers={HEAD!r}))

asyncio.run(main())
"""
    return _printed(sys.executable, "-c", code)


def by_node(url=URL):
    if shutil.which("node") is None:
        pytest.skip("needs Node")
    asked = {"method": "POST", "headers": HEAD, "body": json.dumps(BODY)}
    code = f"fetch({url!r}, {json.dumps(asked)}).then((r) => console.log(`[${{r.status}}]`))"
    return _printed("node", "-e", code)


def _printed(*command):
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "[" in ended.stdout, ended.stderr
    return int(ended.stdout.partition("[")[2][:3])


HERE = [
    by_requests,
    by_an_old_session,
    by_httpx,
    by_an_old_client,
    by_httpx2,
    by_urllib,
    by_http_client,
    by_aiohttp,
    by_httpx_async,
    by_cerebras,
    by_openai,
]
IN_C = [by_trio, by_uvloop, by_aiohttp_on_uvloop]
CHILDREN = [by_a_child, by_an_async_child, by_node]


@pytest.fixture(scope="module", autouse=True)
def closed():
    yield
    SESSION.close()
    CLIENT.close()


def each(*functions):
    return pytest.mark.parametrize("ask", functions, ids=lambda function: function.__name__)


@redirected
@each(*HERE, *IN_C, *CHILDREN)
def test_answered(ask, cerebras_mock):
    """An unchanged app of each kind gets the mock's answer over TLS."""
    assert ask() == 200
    cerebras_mock.assert_requests(1)
    assert cerebras_mock.requests[0].request.path == "/v1/chat/completions"


@redirected
@each(by_requests, by_httpx, by_aiohttp, by_httpx_async)
def test_plain(ask, cerebras_mock):
    """So does one that does not use TLS."""
    assert ask(URL.replace("https", "http")) == 200
    cerebras_mock.assert_requests(1)


@redirected
def test_base_url(cerebras_mock, cerebras_client):
    """All that server mode answers is answered still, and both are in one journal."""
    cerebras_client.chat.completions.create(**BODY)
    assert by_requests() == 200
    cerebras_mock.assert_requests(2)


@redirected
@each(*HERE)
def test_known_caller(ask, cerebras_mock):
    """Who has sent a request is known through TLS as without it."""
    ask()
    sender = cerebras_mock.journal.exchanges[0].request.sender
    assert sender is not None
    assert sender.name.startswith(("mainthread", "task"))


@pytest.mark.cerebras_mock(mode="redirect", clock="virtual")
@each(*HERE)
def test_virtual_wait(ask, cerebras_mock):
    """A wait of a minute costs no real time."""
    begun = time.perf_counter()
    cerebras_mock.inject(
        {"error": {"problem": "requests_per_minute", "retry_after": "60s"}}, times=1
    )
    assert ask() == 429
    time.sleep(60)  # noqa: TID251 (on the virtual clock)
    assert ask() == 200
    assert cerebras_mock.waits[-1] == 60
    assert time.perf_counter() - begun < 30


@pytest.mark.cerebras_mock(mode="redirect", clock="virtual")
@each(by_requests, by_httpx, by_http_client, by_urllib, by_aiohttp, by_httpx_async, by_openai)
def test_virtual_time_out(ask, cerebras_mock):
    """A time-out inside of TLS passes in virtual time, and not before its time."""
    begun, before = time.perf_counter(), time.monotonic()
    cerebras_mock.inject({"stall": {}})
    with pytest.raises(Exception, match=r"(?i)time|^$"):
        ask()
    assert 5 <= time.monotonic() - before < 1000
    assert time.perf_counter() - begun < 4


@pytest.mark.cerebras_mock(mode="redirect", clock="virtual")
def test_virtual_stream():
    """What has been deciphered is read without a wait."""
    asked = {**BODY, "stream": True}
    with requests.post(URL, json=asked, headers=HEAD, timeout=5, stream=True) as answer:
        lines = [line for line in answer.iter_lines(chunk_size=1) if line]
    assert lines[-1] == b"data: [DONE]"


@redirected
@each(*HERE)
def test_other_hosts(ask, cerebras_mock):
    """Another host below cerebras.ai is stopped as ever."""
    with pytest.raises(Exception, match=r"was stopped|Connection error"):
        ask(OTHER)
    assert "redirect mode answers for api.cerebras.ai" in cerebras_mock.escapes[0]
    forget(cerebras_mock)


@redirected
@each(by_requests, by_httpx, by_aiohttp, by_httpx_async, by_http_client)
def test_a_third_party(ask, cerebras_mock):
    """A server of the test's own is reached, and is not the mock."""
    with ThreadedServer(LiveEngine()) as server:
        url = f"http://localhost:{server.port}/v1/chat/completions"
        assert ask(url) == 200
        assert len(server.live.journal.exchanges) == 1
    cerebras_mock.assert_requests(0)


@redirected
@pytest.mark.parametrize("module", [httpx, httpx2, requests], ids=lambda module: module.__name__)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_proxy(module, scheme, proxy, cerebras_mock):
    """What goes through a proxy that the app has chosen is stopped: nothing turns it."""
    url = URL.replace("https", scheme)
    how = {"proxies": {scheme: proxy}} if module is requests else {"proxy": proxy}
    with pytest.raises(Exception, match="was stopped"):
        module.get(url, timeout=5, **how)
    forget(cerebras_mock)


@redirected
def test_proxy_of_aiohttp(proxy, cerebras_mock):
    """So is what aiohttp sends through one."""

    async def main():
        async with aiohttp.ClientSession() as session:
            await session.get(URL, proxy=proxy)

    with pytest.raises(aiohttp.ClientOSError, match="was stopped"):
        asyncio.run(main())
    forget(cerebras_mock)


@redirected
def test_program(cerebras_mock):
    """A program that nothing turns is not started."""
    with pytest.raises(EscapeError, match="was stopped"):
        subprocess.run(["curl", URL], check=False)  # noqa: S607
    forget(cerebras_mock)


@redirected
def test_by_number():
    """A connection that does not go to the mock finds no trust, whatever its client trusts."""
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    certified = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    _issue_another(certified)

    async def main():
        server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0, ssl=certified)
        async with server:
            port = server.sockets[0].getsockname()[1]
            await asyncio.open_connection("127.0.0.1", port, ssl=trusting, server_hostname=HOST)

    with pytest.raises(ssl.SSLCertVerificationError):
        asyncio.run(main())


def _issue_another(context):
    trustme = pytest.importorskip("trustme")
    trustme.CA().issue_cert(HOST).configure_cert(context)


@redirected
def test_resolver_in_c(cerebras_mock, monkeypatch):
    """A resolver of aiohttp that asks by itself is turned."""
    monkeypatch.setattr(AsyncResolver, "__init__", lambda *_: None)
    monkeypatch.setattr(AsyncResolver, "close", lambda _: asyncio.sleep(0))

    async def main():
        connector = aiohttp.TCPConnector(resolver=AsyncResolver())
        async with (
            aiohttp.ClientSession(connector=connector) as session,
            session.post(URL, json=BODY, headers=HEAD) as answer,
        ):
            return answer.status

    assert asyncio.run(main()) == 200
    cerebras_mock.assert_requests(1)


@redirected
def test_fixture_of_a_module(mock_before, cerebras_mock):
    """A guard that has begun before the test's lets pass what is turned, too."""
    assert by_requests() == by_httpx() == by_http_client() == 200
    cerebras_mock.assert_requests(3)
    mock_before.assert_requests(0)


@pytest.fixture
def mock_before(make_cerebras_mock):
    with make_cerebras_mock() as mock:
        yield mock


def forget(mock):
    """Let the test pass that has asserted what was stopped."""
    assert mock.new_interventions()
