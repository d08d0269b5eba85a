"""
Records the connections from this process to the mock, and the thread or loop that uses each.

A Python socket is observed when it connects, writes and reads. The sockets of uvloop and trio are
observed only when they connect.
"""

from __future__ import annotations

import ssl
import sys
import threading
from asyncio import AbstractEventLoop
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from os import getpid
from typing import TYPE_CHECKING, Any
from weakref import ref

import pytest

from pytest_cerebras.clock.real import SOCKET

from .timers import running

if TYPE_CHECKING:
    from socket import socket

_READS = ("recv", "recv_into")


@dataclass(frozen=True, slots=True)
class Reading:
    """A thread blocked in a read: its name, and the time-out in seconds (None without one)."""

    thread: str
    timeout: float | None


@dataclass(frozen=True, slots=True)
class Home:
    """The owner of a connection: a thread, and the loop in it; see ``timers.running``."""

    thread: str
    loop: object | None
    is_open: Callable[[], bool]


class Connections:
    """
    The connections to the mock, by the client's port.

    ``ports`` are the ports of the mock; there are none if requests do not use a socket. ``forked``
    is called with the port and the time-out when a process forked from this one reads from the
    mock.
    """

    def __init__(self, ports: Collection[int] = ()) -> None:
        self.forked: Callable[[int, float | None], object] = lambda *_: None
        self._ports = ports
        self._process = getpid()
        self._homes: dict[int, Home] = {}
        self._reading: dict[int, Reading] = {}

    def home(self, port: int) -> Home | None:
        """Return the owner of an open connection; None if it is unknown or of another process."""
        found = self._homes.get(port)
        return found if found is not None and found.is_open() else None

    def reading(self, port: int) -> Reading | None:
        """Return the thread that is blocked in a read from the mock; None if there is none."""
        return self._reading.get(port)

    def written(self, port: int, connection: socket) -> None:
        """Record the running thread as the owner of a connection to which it writes."""
        self._note(port, _is_open(connection))

    def own_port(self, connection: socket) -> int | None:
        """Return the client's port of a connection to the mock; None for other connections."""
        try:
            ours = connection.getpeername()[1] in self._ports
            return int(connection.getsockname()[1]) if ours else None
        except (OSError, IndexError, TypeError):
            return None

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Record each call of ``connect`` and each blocking read during the block."""
        with pytest.MonkeyPatch.context() as patch:
            for name in ("connect", "connect_ex"):
                patch.setattr(SOCKET, name, self._connected(getattr(SOCKET, name)))
            for owner in (SOCKET, ssl.SSLSocket):  # an SSL socket has its own reads
                for name in _READS:
                    patch.setattr(owner, name, self._read(getattr(owner, name)))
            if "uvloop" in sys.modules:
                loop = sys.modules["uvloop"].Loop
                patch.setattr(loop, "create_connection", self._created(loop.create_connection))
            yield

    def _note(self, port: int, is_open: Callable[[], bool]) -> None:
        thread = threading.current_thread().name
        self._homes[port] = Home(thread, running(), is_open)

    def _connected(self, connect: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(connect)
        def connected(connection: socket, address: Any) -> Any:
            try:
                return connect(connection, address)
            finally:  # a loop's socket raises BlockingIOError, but already has its port
                if isinstance(address, tuple) and address[1] in self._ports:
                    self._note(connection.getsockname()[1], _is_open(connection))

        return connected

    def _created(self, create: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(create)
        async def created(loop: AbstractEventLoop, *args: Any, **kwargs: Any) -> Any:
            transport, protocol = await create(loop, *args, **kwargs)
            peer = transport.get_extra_info("peername")
            if isinstance(peer, tuple) and peer[1] in self._ports:
                own = transport.get_extra_info("sockname")[1]
                self._note(own, lambda: not transport.is_closing())
            return transport, protocol

        return created

    def _read(self, read: Callable[..., Any]) -> Callable[..., Any]:
        def noted(connection: socket, *args: Any, **kwargs: Any) -> Any:
            timeout = connection.gettimeout()
            port = self.own_port(connection) if timeout != 0 else None
            if port is None:
                return read(connection, *args, **kwargs)
            if getpid() != self._process:
                self.forked(port, timeout)
            self._reading[port] = Reading(threading.current_thread().name, timeout)
            try:
                return read(connection, *args, **kwargs)
            finally:
                self._reading.pop(port, None)

        return noted


def _is_open(connection: socket) -> Callable[[], bool]:
    """Return a function that returns whether a socket is open, without keeping the socket alive."""
    found = ref(connection)

    def is_open() -> bool:
        still = found()
        return still is not None and still.fileno() >= 0

    return is_open
