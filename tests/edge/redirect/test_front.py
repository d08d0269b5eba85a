"""A proxy on the mock's own port, over real sockets."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
from contextlib import closing, suppress

import httpx
import pytest

from mockserver.edge.redirect.front import Front, Proxy

REAL = "https://api.cerebras.ai"
CHAT = {"model": "gpt-oss-120b", "messages": [{"role": "user", "content": "a"}]}


def connected(client):
    port = client.mock.port
    return closing(socket.create_connection(("127.0.0.1", port), timeout=10))


def read_all(connection):
    received = b""
    while data := connection.recv(65536):
        received += data
    return received


def test_inside_of_tls(proxying):
    """The mock answers in the place of the real host, for several requests of a connection."""
    with proxying() as client:
        for _ in range(2):
            answer = client.post(f"{REAL}/v1/chat/completions", json=CHAT)
            assert answer.json()["choices"][0]["message"]["content"]
        stream = client.post(f"{REAL}/v1/chat/completions", json={**CHAT, "stream": True})
        assert stream.text.endswith("data: [DONE]\n\n")
        assert len(client.live.journal.exchanges) == 3


def test_absolute_form(proxying):
    """So it does for a target with scheme and host, be the scheme what it is."""
    with proxying() as client, connected(client) as connection:
        body = json.dumps(CHAT).encode()
        for scheme in (b"http", b"https"):
            connection.sendall(
                b"POST %b://api.cerebras.ai/v1/chat/completions HTTP/1.1\r\n"
                b"host: api.cerebras.ai\r\nauthorization: %b\r\n"
                b"content-type: application/json\r\ncontent-length: %d\r\n\r\n%b"
                % (scheme, client.headers["authorization"].encode(), len(body), body)
            )
            assert connection.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")
        assert [one.status for one in client.live.journal.exchanges] == [200, 200]


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_the_mocks_own(proxying, size):
    """A request for the mock itself is answered as ever, in whatever pieces it comes."""
    with proxying() as client, connected(client) as connection:
        request = b"GET /v1/models HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
        for at in range(0, len(request), size):
            connection.sendall(request[at : at + size])
        assert read_all(connection).startswith(b"HTTP/1.1 401 ")


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"X" * 40,
        b"CONNECT nowhere HTTP/1.1\r\n\r\n",
        b"CONNECT a.example:443 HTTP/1.1\r\nx: " + b"y" * 70_000,
        b"\r\n\r\n",
    ],
    ids=["tls", "word", "target", "long", "empty"],
)
def test_no_request(proxying, sent):
    """What is no request for a proxy goes to the mock, which refuses it; the mock lives on."""
    with proxying() as client:
        with connected(client) as connection:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            assert not read_all(connection).startswith(b"HTTP/1.1 200")
        assert client.get(f"{REAL}/v1/models").status_code == 200


def test_passed_through(proxying, host):
    """Other hosts are reached through it, by CONNECT and by a target with a host."""
    with proxying() as client:
        answer = client.get(f"http://{host.address}/x?y=1", headers={"connection": "keep-alive"})
        assert answer.text.startswith("GET /x?y=1 HTTP/1.1\r\n")
        assert "connection: close" in answer.text
        assert "proxy-" not in answer.text.lower()
        with connected(client) as connection:
            connection.sendall(f"CONNECT {host.address} HTTP/1.1\r\n\r\n".encode())
            assert connection.recv(100) == b"HTTP/1.1 200 Connection established\r\n\r\n"
            connection.sendall(b"GET /tunnel HTTP/1.1\r\n\r\n")
            assert b"GET /tunnel" in read_all(connection)
        assert client.live.journal.exchanges == []
        assert client.redirect.proxy.passed == {"127.0.0.1": 2}


def test_blocked(proxying, host):
    """Where others are blocked, they get nothing, and their names are known."""
    with proxying(blocks=True) as client:
        with pytest.raises(httpx.ProxyError, match="403"):
            client.get("https://a.example/")
        answer = client.get(f"http://{host.address}/")
        assert (answer.status_code, host.heads) == (403, [])
        assert answer.text == "the mock blocks all requests to 127.0.0.1\n"
        assert client.redirect.proxy.blocked == {"a.example": 1, "127.0.0.1": 1}


@pytest.mark.parametrize("name", ["cerebras.ai", "cloud.cerebras.ai", "API.CEREBRAS.AI.:8443"])
def test_private(proxying, name):
    """No host of the real API is reached, whatever becomes of others."""
    with proxying() as client, connected(client) as connection:
        target = name if ":" in name else f"{name}:443"
        connection.sendall(f"CONNECT {target} HTTP/1.1\r\n\r\n".encode())
        first = connection.recv(100)
        if name.startswith("API"):
            assert first.startswith(b"HTTP/1.1 200")  # by the mock itself, on any port
        else:
            assert first.startswith(b"HTTP/1.1 403 ")
            assert client.redirect.proxy.blocked == {name: 1}


def test_private_by_address(proxying, host):
    """A tunnel to an address ends when the client names the real host in it."""
    with proxying() as client, connected(client) as connection:
        connection.sendall(f"CONNECT {host.address} HTTP/1.1\r\n\r\n".encode())
        connection.recv(100)
        hello = ssl.MemoryBIO()
        context = ssl.create_default_context()
        shaking = context.wrap_bio(ssl.MemoryBIO(), hello, server_hostname="api.cerebras.ai")
        with pytest.raises(ssl.SSLWantReadError):
            shaking.do_handshake()
        connection.sendall(hello.read())
        assert read_all(connection) == b""
        assert client.redirect.proxy.blocked == {"cerebras.ai": 1}
        assert host.heads == []


def test_unreachable(proxying):
    """A host that can't be reached is a 502 with the reason."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # and does not listen
        address = f"127.0.0.1:{held.getsockname()[1]}"
        with proxying() as client:
            answer = client.get(f"http://{address}/")
            assert answer.status_code == 502
            assert answer.text.startswith(f"{address} can't be reached: ")


def test_distrusted(proxying):
    """It is known which clients did not accept the certificate."""
    with proxying() as client:
        stranger = httpx.Client(proxy=client.mock.url, verify=ssl.create_default_context())
        with stranger, pytest.raises(httpx.ConnectError, match="certificate"):
            stranger.get(f"{REAL}/v1/models")
        assert client.get(f"{REAL}/v1/models").status_code == 200  # so the first one is over
        assert client.redirect.proxy.distrusted == {"api.cerebras.ai": 1}


def test_more_hosts(proxying):
    """The mock answers for other hosts as well, if it is told so."""
    with proxying(hosts=("api.cerebras.ai", "gateway.example")) as client:
        assert client.get("https://gateway.example/v1/models").status_code == 200


def test_stop(proxying):
    """A connection on which nothing was said ends with the mock."""
    with proxying() as client:
        connection = socket.create_connection(("127.0.0.1", client.mock.port), timeout=10)
        with closing(connection):
            connection.sendall(b"CONN")
            client.mock.stop()
            with suppress(ConnectionError):
                assert connection.recv(1) == b""


def test_accepted_too_late():
    """A connection that the loop only makes after the end is aborted at once."""
    aborted = []

    class Transport(asyncio.Transport):
        def abort(self):
            aborted.append(self)

    proxy = Proxy(frozenset(), lambda *_: None, "private.example")

    async def connect():
        Front(proxy, asyncio.Protocol).connection_made(Transport())

    proxy.close()
    asyncio.run(connect())
    assert len(aborted) == 1
