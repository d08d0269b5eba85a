"""What is written at the end of a turn of the event loop."""

from __future__ import annotations

import asyncio


class WriteBatch:
    """
    Answers that are ready, each for its own connection.

    Many requests come in one turn. If each answer were written when it is ready, its client would
    be woken, ask again and go to sleep again before the next one: waking it takes the kernel longer
    than to send the answer.
    """

    def __init__(self) -> None:
        self._ready: list[tuple[asyncio.Transport, bytes]] = []

    def put(
        self, transport: asyncio.Transport, data: bytes, loop: asyncio.AbstractEventLoop
    ) -> None:
        """Let the data be written when all have been answered whose requests are there."""
        if not self._ready:
            loop.call_soon(self.flush)
        self._ready.append((transport, data))

    def flush(self) -> None:
        """Write all of it now; who is gone gets nothing."""
        ready, self._ready = self._ready, []
        for transport, data in ready:
            if not transport.is_closing():
                transport.write(data)
