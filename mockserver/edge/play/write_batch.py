"""Collects writes until the end of a turn of the event loop."""

from __future__ import annotations

import asyncio


class WriteBatch:
    """
    Answers that are ready to be written, each with its connection.

    Many requests arrive in one turn. If each answer were written immediately, its client would wake
    up, send another request and sleep again before the next answer was written; the kernel takes
    longer to wake a client than to send an answer.
    """

    def __init__(self) -> None:
        self._ready: list[tuple[asyncio.Transport, bytes]] = []

    def put(
        self, transport: asyncio.Transport, data: bytes, loop: asyncio.AbstractEventLoop
    ) -> None:
        """Write the data at the end of this turn, when all requests of the turn are answered."""
        if not self._ready:
            loop.call_soon(self.flush)
        self._ready.append((transport, data))

    def flush(self) -> None:
        """Write everything now, except to clients that have left."""
        ready, self._ready = self._ready, []
        for transport, data in ready:
            if not transport.is_closing():
                transport.write(data)
