"""The server, from the outside."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import time
import zlib

import pytest

from mockserver.api.reading.decoding import MAX_BODY
from mockserver.edge.live import LiveEngine
from mockserver.edge.server.app import Site
from mockserver.plan import Wait
from mockserver.scenario import Rule, Scenario

CHAT = json.dumps(
    {"model": "llama3.1-8b", "messages": [{"role": "user", "content": "hi"}]}
).encode()


def status(received):
    return int(received.split(b" ", 2)[1])


def receive(connection, *, body):
    """Return the next head, and its body when there should be one."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(1)
    fields = dict(line.lower().split(b": ", 1) for line in received.split(b"\r\n")[1:-2])
    length = int(fields[b"content-length"]) if body else 0
    said = b""
    while len(said) < length:
        said += connection.recv(length - len(said))
    return received.split(b"\r\n")[0], fields, said


def test_whole_answer(talk, raw_request):
    """A chat completion has the API's headers and no other."""
    head, _, body = talk(raw_request()).partition(b"\r\n\r\n")
    names = [line.split(b": ")[0].decode().lower() for line in head.split(b"\r\n")[1:]]
    assert names[:12] == [
        *("date", "content-type", "connection", "server", "cf-cache-status", "referrer-policy"),
        *("x-content-type-options", "alt-svc", "strict-transport-security", "cf-ray"),
        *("x-request-id", "inference-id"),
    ]
    assert len([name for name in names if name.startswith("x-ratelimit-")]) == 12
    assert names[-1] == "transfer-encoding"
    assert json.loads(body.split(b"\r\n")[1])["object"] == "chat.completion"


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/v1/models", 200),
        ("GET", "/v1/models/", 404),
        ("GET", "/v1/models/llama3.1-8b", 200),
        ("GET", "/public/v1/models", 200),
        ("GET", "/v1/tcp_warming", 200),
        ("GET", "/v1/nothing", 404),
        ("GET", "/v1/chat/completions", 405),
        ("POST", "/v1/chat/completions/", 404),
        ("POST", "/v1/chat/completions?beta=1", 200),
    ],
)
def test_paths(talk, raw_request, method, path, expected):
    """A path is answered as the contract says, over a real socket."""
    body = None if method == "POST" else b""
    assert status(talk(raw_request(method=method, path=path, body=body))) == expected


@pytest.mark.parametrize(("extra", "expected"), [(0, 400), (1, 413)])
def test_size_of_the_body(talk, raw_request, extra, expected):
    """A body of 10 MB is read; one byte more is 413."""
    assert status(talk(raw_request(body=b" " * (MAX_BODY + extra)))) == expected


@pytest.mark.parametrize(
    ("encoding", "body", "expected"),
    [
        ("gzip", gzip.compress(CHAT, mtime=0), 200),
        ("gzip", CHAT, 400),
        ("gzip", gzip.compress(CHAT, mtime=0)[:-1], 400),
        ("gzip", gzip.compress(b" " * (MAX_BODY + 1), mtime=0), 413),
        ("deflate", zlib.compress(CHAT), 400),
        ("br", CHAT, 400),
    ],
)
def test_compressed_body(server, talk, raw_request, encoding, body, expected):
    """The engine is given the bytes of the wire: what is wrong with them is its own answer."""
    request = raw_request(body=body).replace(
        b"\r\n\r\n", f"\r\ncontent-encoding: {encoding}\r\n\r\n".encode(), 1
    )
    assert status(talk(request)) == expected
    [exchange] = server.live.journal
    assert exchange.status == expected
    assert exchange.error.get("code") == ("wrong_api_format" if expected == 400 else None)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/v1/models", 200),
        ("/v1/models/gpt-oss-120b", 200),
        ("/v1/models/gpt-4o", 404),
        ("/public/v1/models?format=openrouter", 200),
        ("/v1/tcp_warming", 200),
        ("/v1/chat/completions", 405),
        ("/v1/nowhere", 404),
    ],
)
def test_head(connect, raw_request, path, expected):
    """HEAD has the fields of GET and no body: the next answer follows at once."""
    connection = connect()
    heads = []
    for method in ("GET", "HEAD", "HEAD", "GET"):
        keep = {"method": method, "path": path, "body": b"", "connection": "keep-alive"}
        connection.sendall(raw_request(**keep))
        line, fields, _ = receive(connection, body=method == "GET")
        assert status(line) == expected
        heads.append({**fields, b"cf-ray": b"", b"x-request-id": b""})
    assert heads[0] == heads[1] == heads[2] == heads[3]


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("OPTIONS", "/v1/chat/completions", b"POST"),
        ("HEAD", "/v1/chat/completions", b"POST"),
        ("OPTIONS", "/v1/models", b"GET, HEAD"),
        ("PUT", "/v1/models/x", b"GET, HEAD"),
        ("PURGE", "/public/v1/models", b"GET, HEAD"),
    ],
)
def test_wrong_method(talk, raw_request, method, path, allow):
    """A wrong method, a browser's preflight too, is 405 with what is allowed, without CORS."""
    request = raw_request(method=method, path=path, body=b"").replace(
        b"\r\n\r\n",
        b"\r\norigin: http://a.example\r\naccess-control-request-method: POST\r\n\r\n",
    )
    head, _, body = talk(request).partition(b"\r\n\r\n")
    assert status(head) == 405
    assert b"\r\nallow: " + allow + b"\r\n" in head + b"\r\n"
    assert b"access-control" not in head.lower()
    assert body == (b"" if method == "HEAD" else b'{"detail":"Method Not Allowed"}')


def test_no_cors(talk, raw_request):
    """An answer to another origin says nothing about origins: a browser would refuse it."""
    request = raw_request().replace(b"\r\n\r\n", b"\r\norigin: http://a.example\r\n\r\n", 1)
    head = talk(request).partition(b"\r\n\r\n")[0]
    assert status(head) == 200
    assert b"access-control" not in head.lower()


def test_oversized_body_is_noted(server, talk, raw_request):
    """A body that is not read to its end is in the journal all the same."""
    talk(raw_request(body=b" " * (MAX_BODY + 1)))
    [exchange] = server.live.journal
    assert exchange.line() == "#1 POST /v1/chat/completions -> 413"


def test_one_connection_many_requests(connect, raw_request):
    """A connection is kept alive between requests."""
    connection = connect()
    for _ in range(3):
        connection.sendall(raw_request(connection="keep-alive", path="/v1/nowhere"))
        assert status(connection.recv(65536)) == 404


def test_log(talk, raw_request, caplog):
    """At level info each exchange is a line; the key is not in it."""
    with caplog.at_level(logging.INFO, "mockserver"):
        talk(raw_request())
    [line] = caplog.messages
    assert line.startswith("#1 POST /v1/chat/completions llama3.1-8b -> 200, ")
    assert "csk-raw" not in line


def test_crash_is_kept(server, talk, raw_request, caplog):
    """An error of the mock itself is a 500, and is kept for whoever owns the engine."""

    class Broken:
        def apply(self, plan, context):
            raise ZeroDivisionError

    server.live.play(Scenario("broken", rules=(Rule(faults=(Broken(),)),)))
    assert status(talk(raw_request())) == 500
    assert [type(crash) for crash in server.live.crashes] == [ZeroDivisionError]
    assert "Error handling request" in caplog.text


def test_stops_at_once_with_open_streams(raw_request):
    """A server with 100 streams open does not wait for them, as aiohttp would for a minute."""

    class Stall:
        def apply(self, plan, context):
            return (*plan[:2], Wait(float("inf")))

    async def run():
        site = Site(LiveEngine(Scenario("stall", rules=(Rule(faults=(Stall(),)),))))
        await site.start()
        host, port = site.url.removeprefix("http://").split(":")
        streams = [await asyncio.open_connection(host, int(port)) for _ in range(100)]
        for reader, writer in streams:
            writer.write(raw_request())
            await reader.readuntil(b"\r\n\r\n")
        begun = time.perf_counter()
        await site.stop()
        took = time.perf_counter() - begun
        for reader, writer in streams:
            writer.close()
            assert b"0\r\n\r\n" not in await reader.read()
        return took

    assert asyncio.run(run()) < 5


def test_stop_before_start():
    """A site that never listened can be stopped."""
    asyncio.run(Site(LiveEngine()).stop())


def test_ipv6_url():
    """The URL of an IPv6 address has brackets."""

    async def run():
        site = Site(LiveEngine())
        await site.start("::1")
        await site.stop()
        return site.url

    try:
        url = asyncio.run(run())
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    assert url.startswith("http://[::1]:")


@pytest.mark.parametrize("times", [1, 2])
def test_expectations(talk, raw_request, times):
    """What nobody can meet is refused, however often it is asked for (RFC 9110, 10.1.1)."""
    for _ in range(times):
        assert (
            status(talk(raw_request().replace(b"host: mock", b"host: mock\r\nexpect: foo"))) == 417
        )
    assert status(talk(raw_request())) == 200


@pytest.mark.parametrize(
    "sent",
    [
        b"CONNECT api.cerebras.ai:443 HTTP/1.1\r\nhost: api.cerebras.ai:443\r\n\r\n",
        b"GET /v1/nowhere HTTP/1.1\r\nhost: mock\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n",
    ],
)
def test_other_protocols(talk, sent):
    """Who wants to go on in another protocol is answered in this one, and the connection ends."""
    head = talk(sent).partition(b"\r\n\r\n")[0].lower()
    assert head.startswith(b"http/1.1 404 ")
    assert b"connection: close" in head
