"""
Ends stalls that no time-out of the client will end, so that a run can't hang for ever.

A client in this process that reads without a time-out is told from one that is patient. Where that
can't be seen, a stall may last longer than the longest time-out that an SDK has of its own accord.
"""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from anyio import sleep

from mockserver.edge.play.clock import StallError

from .senders import Senders

LONGEST = 660.0
"""Real seconds that any stall may last; the SDK of OpenAI waits 600."""
WITHOUT_TIMEOUT = 60.0
"""Real seconds for a client that is seen to read without a time-out."""
AT_STANDSTILL = 1.0
"""Real seconds if in virtual time, too, nothing will ever happen to the test that waits."""


class Stalls:
    """
    Knows who reads from the mock without a time-out.

    A port is that of a client; None is for one that is answered in process.
    """

    def __init__(self, senders: Senders) -> None:
        self._senders = senders
        self._reading: dict[int | None, int] = {}

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Note the blocking reads of all sockets."""
        with pytest.MonkeyPatch.context() as patch:
            for name in ("recv", "recv_into"):
                patch.setattr(socket.socket, name, self._noted(getattr(socket.socket, name)))
            yield

    async def hold(self, port: int | None) -> None:
        """Hold the client at a port in real time. Raises StallError."""
        await sleep(WITHOUT_TIMEOUT)
        if port is not None and port not in self._reading:
            await sleep(LONGEST - WITHOUT_TIMEOUT)
        raise StallError

    def longest(self, port: int | None) -> float:
        """Return the real seconds that nothing may happen in virtual time to a client at a port."""
        main = threading.main_thread().ident
        if port is None or self._senders.here(port):
            waits = _in_a_loop(main) or self._reading.get(port) == main
            return AT_STANDSTILL if waits else LONGEST
        return LONGEST

    def _noted(self, read: Callable[..., Any]) -> Callable[..., Any]:
        def noted(connection: socket.socket, *args: Any, **kwargs: Any) -> Any:
            port = self._senders.own_port(connection) if connection.gettimeout() is None else None
            if port is None:
                return read(connection, *args, **kwargs)
            self._reading[port] = threading.get_ident()
            try:
                return read(connection, *args, **kwargs)
            finally:
                del self._reading[port]

        return noted


def _in_a_loop(thread: int | None) -> bool:
    """Return whether a thread waits for what may happen to its event loop."""
    frame = sys._current_frames().get(thread or 0)  # noqa: SLF001 (there is no other way)
    return frame is not None and frame.f_globals.get("__name__") == "selectors"
