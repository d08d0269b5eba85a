"""Where an answer ends, for the load generator."""

from __future__ import annotations

import socket
from contextlib import closing

import pytest

from benchmarks.connection import Connection

SIZED = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd"
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"
EMPTY = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"
CLOSING = b"HTTP/1.1 200 OK\r\nConnection: close\r\ncontent-length: 0\r\n\r\n"
REFUSED = b"HTTP/1.1 429 Too Many\r\ncontent-length: 1\r\n\r\nx"


@pytest.fixture
def connection():
    """Yield a connection to somebody who says nothing."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        made = Connection(server.getsockname()[1])
        yield made
        made.close()


@pytest.mark.parametrize(
    ("answer", "failed", "closing"),
    [
        (SIZED, False, False),
        (CHUNKED, False, False),
        (EMPTY, False, False),
        (CLOSING, False, True),
        (REFUSED, True, False),
    ],
)
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_end(connection, answer, failed, closing, size):
    """An answer is complete with its last byte, in whatever pieces it comes, again and again."""
    for _ in range(2):
        pieces = [answer[at : at + size] for at in range(0, len(answer), size)]
        assert [connection.receive(piece) for piece in pieces] == [
            *[False] * (len(pieces) - 1),
            True,
        ]
        assert (connection.failed, connection.closing) == (failed, closing)


@pytest.mark.parametrize(
    ("answer", "complete"),
    [
        (b"HTTP/1.0 200 OK\r\n\r\nabc", True),
        (b"HTTP/1.0 200 OK\r\n", False),
        (SIZED[:-1], False),
        (CHUNKED[:-1], False),
    ],
)
def test_end_of_the_connection(connection, answer, complete):
    """A body without a length is complete when the connection ends, any other is not."""
    assert not connection.receive(answer)
    assert connection.receive(b"") is complete
