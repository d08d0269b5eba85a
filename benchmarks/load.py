"""
Loads a server: one thread, raw keep-alive connections, each with one request on its way.

The load generator must not be what is measured. It sends bytes that were made beforehand, and of
an answer it reads no more than where it ends: after ``content-length`` bytes, or with the last
chunk. That this is enough was checked in two ways. Each run measures the share of a core that it
used itself: below 95 % it has been waiting for the server, and the report prints the share and
marks every figure above. And a bare protocol on uvloop that answers with fixed bytes, far faster
than any server with HTTP in it, was driven to 100,000 answers a second, with 0.6 kB an answer as
with 24 kB, where a bare aiohttp handler on the same core gave 30,000 and 21,000.
"""

from __future__ import annotations

import re
import selectors
import socket
import time
from dataclasses import dataclass
from typing import Self

from .kinds import HOST

_BUFFER = 64 * 1024  # allocating 256 KiB for each read costs more than all the rest
_DRAIN = 5.0
_LAST_CHUNK = b"\r\n0\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Result:
    """What one run found: answers a second, bytes an answer, own share of a core, failures."""

    rate: float
    size: float
    cpu: float
    errors: int


class Connection:
    """A connection and how much of an answer has come."""

    __slots__ = ("_begun", "_missing", "_tail", "failed", "socket")

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection((HOST, port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)  # noqa: FBT003 (that is its only argument)
        self.failed = False
        self._begun: bytes | None = None
        self._missing: int | None = None
        self._tail = b""
        self._await_head()

    def send(self, message: bytes) -> None:
        """Ask; a request is far smaller than the buffer of a socket, so it never blocks."""
        self.failed = False
        if self.socket.send(message) != len(message):
            raise BlockingIOError("the request did not fit into the socket")

    def receive(self, data: bytes) -> bool:
        """Take what has come; return whether the answer is complete."""
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
            complete = self._tail == _LAST_CHUNK
        if complete:
            self._await_head()
        return complete

    def _await_head(self) -> None:
        self._begun, self._missing, self._tail = b"", None, b"\r\n"

    def _read_head(self, head: bytes) -> None:
        length = _LENGTH.search(head)
        self._begun = None
        self._missing = int(length[1]) if length else None
        self.failed = not head.startswith(b"HTTP/1.1 200 ")


class Load:
    """Connections that ask the same thing over and over."""

    def __init__(self, port: int, message: bytes, connections: int) -> None:
        self._message = message
        self._selector = selectors.DefaultSelector()
        self._connections = [Connection(port) for _ in range(connections)]
        self._waiting = self._answers = self._bytes = self._errors = 0
        for connection in self._connections:
            self._selector.register(connection.socket, selectors.EVENT_READ, connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for connection in self._connections:
            connection.socket.close()
        self._selector.close()

    def run(self, seconds: float) -> Result:
        """Ask for so long, then wait for the last answers, which no longer count."""
        self._answers = self._bytes = self._errors = 0
        cpu, start = time.process_time(), time.perf_counter()
        for connection in self._connections:
            self._ask(connection)
        elapsed = self._turn(start, seconds, again=True)
        cpu = time.process_time() - cpu
        answers, size = self._answers, self._bytes
        self._turn(time.perf_counter(), _DRAIN, again=False)
        errors = self._errors + self._waiting
        return Result(answers / elapsed, size / max(answers, 1), cpu / elapsed, errors)

    def _turn(self, start: float, seconds: float, *, again: bool) -> float:
        """Take answers until the time is over or none is missing; return the time it took."""
        elapsed = 0.0
        while self._waiting and elapsed < seconds:
            for key, _ in self._selector.select(seconds - elapsed):
                if self._take(key.data) and again:
                    self._ask(key.data)
            elapsed = time.perf_counter() - start
        return elapsed

    def _ask(self, connection: Connection) -> None:
        connection.send(self._message)
        self._waiting += 1

    def _take(self, connection: Connection) -> bool:
        """Read; return whether the connection is free for the next request."""
        try:
            data = connection.socket.recv(_BUFFER)
        except ConnectionError:
            data = b""
        if not data:
            self._drop(connection)
            return False
        self._bytes += len(data)
        if not connection.receive(data):
            return False
        self._waiting -= 1
        self._answers += not connection.failed
        self._errors += connection.failed
        return True

    def _drop(self, connection: Connection) -> None:
        self._selector.unregister(connection.socket)
        connection.socket.close()
        self._connections.remove(connection)
        self._waiting -= 1
        self._errors += 1
