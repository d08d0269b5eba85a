"""
Makes blocking reads from the mock time out in virtual time.

A blocked ``recv`` can't be woken by a clock. So a read with a time-out first waits in ``select``,
for the connection and for a second socket, the bell. When the virtual time-out is reached, the
clock rings the bell. The real ``recv`` runs only when the bell rings or when there is data.
"""

from __future__ import annotations

import select
import socket
import ssl
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from .real import SOCKET
from .virtual import VirtualClock
from .waiters import Waiter


class Reads:
    """The reads with a time-out, from the mock's ``ports``."""

    def __init__(
        self, clock: VirtualClock, ports: Collection[int], client: Callable[[], bool]
    ) -> None:
        self._clock = clock
        self._ports = ports
        self._client = client
        self._bells: list[tuple[socket.socket, socket.socket]] = []
        self._own = threading.local()

    @contextmanager
    def patched(self, patch: pytest.MonkeyPatch) -> Iterator[None]:
        """Replace the blocking reads of all sockets."""
        for owner in (SOCKET, ssl.SSLSocket):  # SSLSocket overrides ``recv``
            for name in ("recv", "recv_into"):
                patch.setattr(owner, name, self._timed(getattr(owner, name)))
        try:
            yield
        finally:
            for bell in self._bells:
                for end in bell:
                    end.close()

    def _timed(self, read: Callable[..., Any]) -> Callable[..., Any]:
        def timed(connection: socket.socket, *args: Any, **kwargs: Any) -> Any:
            patience = connection.gettimeout()
            if patience and self._client() and self._is_ours(connection):
                self._await(connection, patience)
            return read(connection, *args, **kwargs)

        return timed

    def _is_ours(self, connection: socket.socket) -> bool:
        try:
            return connection.getpeername()[1] in self._ports
        except (OSError, IndexError, TypeError):
            return False

    def _await(self, connection: socket.socket, patience: float) -> None:
        """Wait until there is something to read. Raises TimeoutError."""
        deciphered = isinstance(connection, ssl.SSLSocket) and connection.pending()
        if deciphered or select.select([connection], [], [], 0)[0]:
            return
        ring, bell = self._bell()
        waiter = Waiter(self._clock.monotonic() + patience, lambda: ring.send(b"!"), sleeps=False)
        self._clock.add(waiter)
        ready, _, _ = select.select([connection, bell], [], [], patience)
        self._clock.remove(waiter)
        if bell in ready:
            bell.recv(1)
        if connection not in ready:
            raise TimeoutError("timed out")

    def _bell(self) -> tuple[socket.socket, socket.socket]:
        """Return the calling thread's two sockets; a byte sent to the first wakes the second."""
        found: tuple[socket.socket, socket.socket] | None = getattr(self._own, "bell", None)
        if found is None:
            found = self._own.bell = socket.socketpair()
            self._bells.append(found)
        return found
