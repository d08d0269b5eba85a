"""What happens to a connection, as the bytes and the end that a raw socket receives."""

from __future__ import annotations

import pytest

from mockserver.faults import BadChunk, Cut, Disconnect, Garbage, HangUp
from mockserver.plan import Data, End, Head

STREAM = (
    Head(200, (("content-type", "text/event-stream"),)),
    Data(b'data: {"a":1}\n\n', 1),
    Data('data: {"a":"ö"}\n\n'.encode(), 1),
    End(),
)
FIRST, SECOND = STREAM[1].data, STREAM[2].data
SIZED = (Head(200, (("content-length", "4"),)), Data(b"abcd", 4), End())
OK = b"HTTP/1.1 200 OK\r\n"
EVENTS = OK + b"content-type: text/event-stream\r\n"
CHUNKED = EVENTS + b"transfer-encoding: chunked\r\nconnection: close\r\n\r\n"
UNFRAMED = EVENTS + b"connection: close\r\n\r\n"
CHUNK = b"f\r\n" + FIRST + b"\r\n"


@pytest.mark.parametrize(
    ("plan", "fault", "received"),
    [
        (STREAM, Cut(1), CHUNKED + CHUNK),
        (STREAM, Cut(after_bytes=3), CHUNKED + b"3\r\ndat\r\n"),
        (
            STREAM,
            Cut(after_events=1, inside="json"),
            CHUNKED + b"18\r\n" + FIRST + SECOND[:9] + b"\r\n",
        ),
        (STREAM, Cut(inside="character"), CHUNKED + b"1c\r\n" + FIRST + SECOND[:13] + b"\r\n"),
        (STREAM, Cut(1, by="eof"), UNFRAMED + FIRST),
        (STREAM, Cut(1, by="eof", inside="json"), UNFRAMED + FIRST + SECOND[:9]),
        (
            STREAM,
            Cut(1, by="content_length"),
            EVENTS + b"content-length: 15\r\nconnection: close\r\n\r\n" + FIRST + SECOND,
        ),
        (SIZED, Cut(3), OK + b"content-length: 4\r\nconnection: close\r\n\r\nabc"),
        (SIZED, Cut(3, by="eof"), OK + b"connection: close\r\n\r\nabc"),
        (
            SIZED,
            Cut(3, by="content_length"),
            OK + b"content-length: 3\r\nconnection: close\r\n\r\nabcd",
        ),
        (STREAM, Disconnect(), b""),
        (STREAM, Garbage(), b"SSH-2.0-OpenSSH_9.9\r\n"),
        (STREAM, BadChunk(), CHUNKED + b"XYZ\r\n"),
        (STREAM, BadChunk(1), CHUNKED + CHUNK + b"XYZ\r\n"),
        (
            SIZED,
            BadChunk(2),
            OK + b"transfer-encoding: chunked\r\nconnection: close\r\n\r\n2\r\nab\r\nXYZ\r\n",
        ),
    ],
)
def test_bytes(answered, caplog, plan, fault, received):
    """What comes before the end arrives byte for byte, then FIN, and nobody logs an error."""
    assert answered(plan, fault) == received
    assert caplog.records == []


@pytest.mark.parametrize("fault", [Cut(by="rst"), Cut(1, by="rst"), Disconnect(by="rst")])
def test_reset(answered, caplog, fault):
    """RST is not FIN."""
    with pytest.raises(ConnectionResetError):
        answered(STREAM, fault)
    assert caplog.records == []


def test_hang_up(answer_with, connect, raw_request):
    """A connection that was to be kept is closed behind a whole answer."""
    answer_with(SIZED, HangUp())
    connection = connect()
    connection.sendall(raw_request(connection="keep-alive"))
    received = b""
    while piece := connection.recv(65536):
        received += piece
    assert received == OK + b"content-length: 4\r\n\r\nabcd"
