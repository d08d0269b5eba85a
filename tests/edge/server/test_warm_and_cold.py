"""
A server that knows many heads and one that knows none give the same answers, byte by byte.

Byte streams are put together from good and broken requests and from what is none, cut anywhere, and
sent down a connection of each. Those marked slow are 48,000.
"""

from __future__ import annotations

import asyncio
import logging
import re
from random import Random

import pytest

from mockserver.edge.live import LiveEngine
from mockserver.edge.play.clock import Clock
from mockserver.edge.server.app import Site
from mockserver.edge.server.connection import Server
from mockserver.journal import Retention
from mockserver.scenario import Scenario

NOW = 1_790_000_000.25
BODY = b'{"model":"llama3.1-8b","messages":[{"role":"user","content":"hi"}],"max_tokens":3}'
BODIES = [BODY, BODY.replace(b"hi", b"ho"), BODY[:-1], b"", b"{}", BODY[:-1] + b',"stream":true}']
TARGETS = [
    *(b"/v1/chat/completions", b"/v1/completions", b"/v1/models", b"/v1/models/llama3.1-8b"),
    *(
        b"/v1/models/%ZZ",
        b"/v1/models/a%2Fb",
        b"/v1/models/%00",
        b"/v1/models/\xff",
        b"/v1//models",
    ),
    *(
        b"/v1/models?format=openrouter",
        b"/v1/models#x",
        b"/v1/models/..",
        b"/",
        b"*",
        b"",
        b"a:443",
    ),
    *(
        b"http://other.test/v1/models",
        b"//other.test/v1/models",
        b"/v1/models/gpt-4o",
        b"?",
        b"/v1/ b",
    ),
]
METHODS = [
    b"POST",
    b"GET",
    b"GET",
    b"POST",
    b"HEAD",
    b"CONNECT",
    b"OPTIONS",
    b"get",
    b"G@T",
    b"PRI",
]
VERSIONS = [b"HTTP/1.1"] * 8 + [b"HTTP/1.0", b"HTTP/2.0", b"HTTP/1.2", b"http/1.1", b""]
FIELDS = [
    *(b"connection: close", b"connection: keep-alive", b"connection: upgrade", b"Connection: TE"),
    *(
        b"expect: 100-continue",
        b"expect: foo",
        b"upgrade: h2c",
        b"upgrade: websocket",
        b"te: trailers",
    ),
    *(b"transfer-encoding: chunked", b"transfer-encoding: gzip", b"content-encoding: gzip"),
    *(
        b"content-length: 5",
        b"content-length: 0",
        b"content-length: +5",
        b"content-length: 99999999",
    ),
    *(b"host: other.test", b"host:", b"x: \xe9", b"x : y", b" x: y", b"x", b"x: a\r\n b", b"x: \0"),
    *(
        b"authorization: Basic eA==",
        b"x-cerebras-mock-fault: {error: {status: 503}}",
        b"cookie: a=b",
    ),
]
KEY = b"authorization: Bearer csk-warm"
SECRET = b"csk-topsecret0123456789abcdef"
NAMES = [b"x-trace", b"X-Trace", b"cookie", b"user-agent"]
SPACES = [b": ", b": ", b": ", b":", b":  ", b":\t"]
VALUES = b"a0b1c2,:;= \t\xe9" + b"0123456789" * 3
NOISE = [
    b"\r\n",
    b"\n",
    b"junk\r\n\r\n",
    b"\x16\x03\x01\x02\x00",
    b"0\r\n\r\n",
    b"zz\r\n",
    b"\0",
    b"GET ",
]
_DATE = re.compile(rb"Date: [^\r]*")  # of a refusal by aiohttp, whose second may pass between two


class Wire(asyncio.Transport):
    """What a connection writes, in memory."""

    def __init__(self):
        super().__init__({"peername": ("127.0.0.1", 1)})
        self.written = bytearray()
        self.over = False

    def write(self, data):
        """Note the data, as long as the connection is open."""
        if not self.over:
            self.written += data

    def close(self):
        """Let nothing more be written."""
        self.over = True

    def abort(self):
        """Let nothing more be written."""
        self.over = True

    def is_closing(self):
        """Return whether it is over."""
        return self.over

    def pause_reading(self):
        """Go on: what was sent is there."""

    def resume_reading(self):
        """Go on."""


def request(random, odd):
    """Return the bytes of one request, mostly a good one, which may have an odd but valid field."""
    good = random.random() < 0.6
    method = random.choice(METHODS[:4] if good else METHODS)
    target = random.choice(TARGETS[:4] if good else TARGETS)
    version = VERSIONS[0] if good else random.choice(VERSIONS)
    fields = [b"host: mock", KEY]
    body = random.choice(BODIES) if method == b"POST" else b""
    if body:
        fields.append(b"content-length: %d" % len(body))
    if random.random() < (0.2 if good else 0.7):
        fields += random.sample(FIELDS[:2] if good else FIELDS, 1 if good else 2)
    if good and odd.random() < 0.6:
        name, space = odd.choice(NAMES), odd.choice(SPACES)
        value = bytes(odd.choices(VALUES, k=odd.choice((0, 1, 9))))
        fields.insert(1, name + space + (SECRET if odd.random() < 0.2 else value))
    if odd.random() < 0.3:
        fields[fields.index(KEY)] = KEY + odd.choice((b"er", b"est"))
    if random.random() < 0.05:
        fields.pop(0)
    line = b" ".join((method, target, version)) if version else b" ".join((method, target))
    head = b"\r\n".join((line, *fields)) + b"\r\n\r\n"
    if b"transfer-encoding: chunked" in fields and random.random() < 0.7:
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
    return head + body


def stream(random, odd):
    """Return a byte stream in the pieces in which it is sent."""
    parts = []
    for _ in range(random.choice((1, 1, 2, 2, 3, 5))):
        parts.append(request(random, odd))
        if random.random() < 0.1:
            parts.append(random.choice(NOISE))
    data = b"".join(parts)
    if random.random() < 0.1:
        at = random.randrange(len(data))
        data = data[:at] + bytes([random.randrange(256)]) + data[at + 1 :]
    if random.random() < 0.1:
        data = data[: random.randrange(1, len(data))]
    if random.random() < 0.4:  # as a client sends it: one request after the other
        return parts
    cuts = sorted(
        random.sample(range(1, len(data)), min(random.choice((0, 0, 1, 3)), len(data) - 1))
    )
    return [data[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]


async def sent(server, pieces, patience):
    """Return all that a connection does with the pieces, each sent after so many turns."""
    wire = Wire()
    connection = server()
    connection.connection_made(wire)
    for piece in pieces:
        if wire.over:
            break
        connection.data_received(piece)
        for _ in range(patience):
            await asyncio.sleep(0)
    for _ in range(40):
        await asyncio.sleep(0)
    before = bytes(wire.written)
    stays = None if wire.over else connection.eof_received()
    for _ in range(20):
        await asyncio.sleep(0)
    connection.connection_lost(None)
    await asyncio.sleep(0)
    return before, _DATE.sub(b"", bytes(wire.written)), stays, wire.over


def noted(server):
    """Return the last requests as the journal has them: the fields in their order, without keys."""
    asked = [one.request for one in server.live.journal.exchanges]
    return [(one.method, one.path, one.query, [*one.headers.items()], one.body) for one in asked]


async def compare(streams, patience):
    """Send each stream to both servers; return where they differ, and what was answered."""
    random, odd = Random(f"streams/{patience}"), Random(f"fields/{patience}")
    differing, statuses = [], set()
    servers = []
    for _ in range(2):
        live = LiveEngine(Scenario("same"), clock=Clock(lambda: NOW), retention=Retention(10))
        servers.append(Server(live, Site(live)._answer))
    warm, cold = servers
    for _ in range(streams):
        pieces = stream(random, odd)
        cold.heads._shapes.clear()
        found = [await sent(server, pieces, patience) for server in servers]
        statuses |= {line[9:12] for line in found[0][1].split(b"\r\n") if line[:7] == b"HTTP/1."}
        found = [(*each, noted(server)) for each, server in zip(found, servers, strict=True)]
        if found[0] != found[1] or SECRET.decode() in str(found):
            differing.append((pieces, *found))
    assert warm.live.journal.count == cold.live.journal.count
    return differing, statuses, len(warm.heads._shapes)


@pytest.mark.parametrize("patience", [0, 1, 60])
@pytest.mark.parametrize("streams", [500, pytest.param(16_000, marks=pytest.mark.slow)])
def test_same_bytes(caplog, streams, patience):
    """What is answered, and when the connection ends, does not depend on what was asked before."""
    caplog.set_level(logging.CRITICAL, "mockserver")
    differing, statuses, known = asyncio.run(compare(streams, patience))
    assert differing == []
    assert {b"200", b"400", b"404", b"417"} <= statuses
    assert known > 10
