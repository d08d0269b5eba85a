"""What faults do to the wire: each as the bytes that a raw socket receives."""

from __future__ import annotations

import zlib

import pytest

from mockserver.faults import (
    Bandwidth,
    ContentLength,
    ContentType,
    Corrupt,
    Drip,
    Error,
    Gzip,
    HeaderChanges,
    JsonPatch,
    KeepAlive,
    Latency,
    NoCompletion,
    Pace,
    SlowBody,
    Stall,
)
from mockserver.plan import Data, End, Head

TYPE = ("content-type", "application/json")
DOCUMENT = (Head(200, (TYPE,)), Data(b'{"a":"b"}', 4), End())
OK = b"HTTP/1.1 200 OK\r\n"
JSON = b"content-type: application/json\r\n"
CHUNKED = b"transfer-encoding: chunked\r\nconnection: close\r\n\r\n"
EVENTS = b"content-type: text/event-stream\r\n"
STREAM = (
    Head(200, (("content-type", "text/event-stream"),)),
    Data(b'data: {"a":1}\n\n', 1),
    Data(b'data: {"a":2}\n\n', 1),
    End(),
)
FIRST = b'f\r\ndata: {"a":1}\n\n\r\n'
SECOND = b'f\r\ndata: {"a":2}\n\n\r\n'
SIGN = b"e\r\n: keep-alive\n\n\r\n"
LAST = b"0\r\n\r\n"
TICK = 0.001
CLOSE = b"connection: close\r\n\r\n"
CODED = b"content-encoding: gzip\r\n"
BODY = b'{"a":"b"}'
TEXT = b'data: {"a":1}\n\ndata: {"a":2}\n\n'
WHOLE = b'9\r\n{"a":"b"}\r\n0\r\n\r\n'


@pytest.mark.parametrize(
    ("plan", "fault", "received"),
    [
        (DOCUMENT, ContentType(), OK + CHUNKED + WHOLE),
        (DOCUMENT, ContentType("a/b"), OK + b"content-type: a/b\r\n" + CHUNKED + WHOLE),
        (
            DOCUMENT,
            HeaderChanges({"X-Size": "groß"}),
            OK + JSON + "x-size: groß\r\n".encode() + CHUNKED + WHOLE,
        ),
        (DOCUMENT, Latency(TICK), OK + JSON + CHUNKED + WHOLE),
        (DOCUMENT, SlowBody(TICK), OK + JSON + CHUNKED + WHOLE),
        (
            DOCUMENT,
            Drip(TICK, 4),
            OK + JSON + CHUNKED + b'4\r\n{"a"\r\n4\r\n:"b"\r\n1\r\n}\r\n0\r\n\r\n',
        ),
        (
            DOCUMENT,
            Bandwidth(60),
            OK + JSON + CHUNKED + b'6\r\n{"a":"\r\n3\r\nb"}\r\n0\r\n\r\n',
        ),
        (
            DOCUMENT,
            KeepAlive(TICK, 2 * TICK),
            OK + JSON + CHUNKED + b'1\r\n\n\r\na\r\n\n{"a":"b"}\r\n' + LAST,
        ),
        (STREAM, Drip(TICK), OK + EVENTS + CHUNKED + FIRST + SECOND + LAST),
        (STREAM, Pace(TICK, 1 / TICK), OK + EVENTS + CHUNKED + FIRST + SECOND + LAST),
        (
            STREAM,
            KeepAlive(TICK, TICK, after_tokens=1),
            OK + EVENTS + CHUNKED + FIRST + b'1d\r\n: keep-alive\n\ndata: {"a":2}\n\n\r\n' + LAST,
        ),
        (
            STREAM,
            KeepAlive(TICK, TICK, after_tokens=1, then="end"),
            OK + EVENTS + CHUNKED + FIRST + SIGN + LAST,
        ),
    ],
)
def test_bytes(answered, caplog, plan, fault, received):
    """An answer with a fault arrives byte for byte, and nobody logs an error."""
    assert answered(plan, fault) == received
    assert caplog.records == []


@pytest.mark.parametrize(
    ("plan", "fault", "received"),
    [
        (DOCUMENT, ContentLength(2), OK + JSON + b"content-length: 11\r\n" + CLOSE + BODY),
        (DOCUMENT, ContentLength(-2), OK + JSON + b"content-length: 7\r\n" + CLOSE + BODY),
        (STREAM, ContentLength(-20), OK + EVENTS + b"content-length: 10\r\n" + CLOSE + TEXT),
        (DOCUMENT, Gzip("lie"), OK + JSON + CODED + CHUNKED + WHOLE),
        (DOCUMENT, Corrupt("truncated"), OK + JSON + CHUNKED + b'4\r\n{"a"\r\n' + LAST),
        (
            DOCUMENT,
            Corrupt("bom"),
            OK + JSON + CHUNKED + b"c\r\n\xef\xbb\xbf" + BODY + b"\r\n" + LAST,
        ),
        (
            DOCUMENT,
            Corrupt("bad_utf8"),
            OK + JSON + CHUNKED + b'a\r\n{"a":"\xffb"}\r\n' + LAST,
        ),
        (
            DOCUMENT,
            Corrupt("u2028"),
            OK + JSON + CHUNKED + b'11\r\n{"a":"\xe2\x80\xa8\xe2\x80\xa9\xc2\x85b"}\r\n' + LAST,
        ),
        (DOCUMENT, Corrupt("trailing"), OK + JSON + CHUNKED + b"b\r\n" + BODY + b"{}\r\n" + LAST),
        (
            DOCUMENT,
            JsonPatch(replace={"/a": None}),
            OK + JSON + CHUNKED + b'a\r\n{"a":null}\r\n' + LAST,
        ),
    ],
)
def test_payload(answered, caplog, plan, fault, received):
    """A wrong body, or one that is framed or packed wrongly, is sent as it is."""
    assert answered(plan, fault) == received
    assert caplog.records == []


@pytest.mark.parametrize(("kind", "body"), [("empty", b""), ("json_null", b"null")])
def test_success_without_completion(answered, kind, body):
    """Nothing, and nothing in JSON, are framed by their length."""
    head, _, received = answered(DOCUMENT, NoCompletion(kind)).partition(b"\r\n\r\n")
    assert head.startswith(OK)
    assert head.endswith(b"\r\ncontent-length: %d" % len(body))
    assert received == body


@pytest.mark.parametrize("kind", ["valid", "truncated"])
def test_packed(answered, kind):
    """A packed stream is one chunk of gzip, which unpacks as far as it goes."""
    received = answered(STREAM, Gzip(kind))
    start = OK + EVENTS + CODED + CHUNKED
    assert received.startswith(start)
    size, _, rest = received.removeprefix(start).partition(b"\r\n")
    packed, end = rest[: int(size, 16)], rest[int(size, 16) :]
    assert end == b"\r\n" + LAST
    unpacker = zlib.decompressobj(wbits=31)
    text = unpacker.decompress(packed)
    assert (text, unpacker.eof) == ((TEXT, True) if kind == "valid" else (TEXT[: len(text)], False))


def test_length_that_never_comes(answer_with, connect, raw_request):
    """With a stall the connection stays open, and the missing bytes are waited for."""
    fault = ContentLength(2, stall=True)
    answer_with(DOCUMENT, fault)
    connection = connect()
    connection.sendall(raw_request())
    assert connection.recv(65536).endswith(b"\r\n\r\n" + BODY)
    connection.settimeout(0.05)
    with pytest.raises(TimeoutError):
        connection.recv(1)


@pytest.mark.parametrize(
    ("plan", "fault", "received"),
    [
        (DOCUMENT, Stall(), b""),
        (DOCUMENT, Stall(0), OK + JSON + CHUNKED),
        (DOCUMENT, Stall(2), OK + JSON + CHUNKED + b'5\r\n{"a":\r\n'),
        (STREAM, Stall(1), OK + EVENTS + CHUNKED + FIRST),
        (
            STREAM,
            KeepAlive(TICK, TICK, then="stall"),
            OK + EVENTS + CHUNKED + SIGN,
        ),
    ],
)
def test_stall(answer_with, connect, raw_request, plan, fault, received):
    """What is said before a stall arrives, then nothing, and no end."""
    answer_with(plan, fault)
    connection = connect()
    connection.sendall(raw_request())
    found = b""
    while len(found) < len(received):
        found += connection.recv(65536)
    assert found == received
    connection.settimeout(0.05)
    with pytest.raises(TimeoutError):
        connection.recv(1)


@pytest.mark.parametrize(
    ("status", "first", "length"),
    [
        (204, b"HTTP/1.1 204 No Content\r\n", None),
        (205, b"HTTP/1.1 205 Reset Content\r\n", b"0"),
        (304, b"HTTP/1.1 304 Not Modified\r\n", None),
    ],
)
def test_no_body(answered, caplog, status, first, length):
    """An answer without a body ends with its head, and nothing in it frames one."""
    head, end, body = answered(DOCUMENT, Error(status=status)).partition(b"\r\n\r\n")
    assert head.startswith(first)
    assert (end, body) == (b"\r\n\r\n", b"")
    fields = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:])
    assert fields.get(b"content-length") == length
    assert not fields.keys() & {b"transfer-encoding", b"content-type"}
    assert caplog.records == []


def test_body_of_ones_own(answered):
    """A body is sent as it stands, framed by its length."""
    received = answered(DOCUMENT, Error(status=529, body="größer", retry_after_ms=300))
    assert received.startswith(b"HTTP/1.1 529 \r\n")
    assert b"\r\ncontent-type: text/plain; charset=utf-8\r\n" in received
    assert b"\r\nretry-after-ms: 300\r\ncontent-length: 8\r\n" in received
    assert received.endswith("\r\n\r\ngrößer".encode())
