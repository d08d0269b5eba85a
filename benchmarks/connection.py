"""
A connection that knows where an answer ends, and nothing else of HTTP.

An answer ends after ``content-length`` bytes, with the last chunk, or with the connection.
"""

from __future__ import annotations

import re
import socket

from .questions import HOST

_BUFFER = 64 * 1024  # allocating 256 KiB for each read costs more than all the rest
_LAST_CHUNK = b"\r\n0\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
_CLOSE = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)


class Connection:
    """
    A connection and how much of an answer has arrived.

    ``closing``: the server closes it after the answer. ``failed``: the answer was not a 200.
    """

    __slots__ = ("_begun", "_chunked", "_missing", "_tail", "closing", "failed", "socket")

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection((HOST, port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)  # noqa: FBT003 (that is its only argument)
        self.failed = self.closing = self._chunked = False
        self._begun: bytes | None = None
        self._missing: int | None = None
        self._tail = b""
        self._await_head()

    def send(self, message: bytes) -> None:
        """Send a request; it is far smaller than the socket's buffer, so this never blocks."""
        self.failed = False
        if self.socket.send(message) != len(message):
            raise BlockingIOError("the request did not fit into the socket")

    def read(self) -> bytes:
        """Return the bytes that have arrived; empty if the connection has ended."""
        try:
            return self.socket.recv(_BUFFER)
        except ConnectionError:
            return b""

    def receive(self, data: bytes) -> bool:
        """Process bytes that have arrived; return whether the answer is complete."""
        if not data:
            return self._begun is None and not self._chunked and self._missing is None
        if self._begun is not None:
            self._begun += data
            head, found, data = self._begun.partition(b"\r\n\r\n")
            if not found:
                return False
            self._read_head(head)
        if self._missing is not None:
            self._missing -= len(data)
            complete = self._missing <= 0
        else:
            self._tail = (self._tail + data[-7:])[-7:]
            complete = self._chunked and self._tail == _LAST_CHUNK
        if complete:
            self._await_head()
        return complete

    def close(self) -> None:
        """Close the connection."""
        self.socket.close()

    def _await_head(self) -> None:
        self._begun, self._missing = b"", None
        self._chunked, self._tail = False, b"\r\n"

    def _read_head(self, head: bytes) -> None:
        length = _LENGTH.search(head)
        self._begun = None
        self._missing = int(length[1]) if length else None
        self._chunked = _CHUNKED.search(head) is not None
        self.failed = head[8:13] != b" 200 "
        self.closing = head.startswith(b"HTTP/1.0") or _CLOSE.search(head) is not None
