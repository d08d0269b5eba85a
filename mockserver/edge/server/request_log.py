"""Logs requests, with one log record per turn of the event loop."""

from __future__ import annotations

import asyncio
import logging

from mockserver.api.contract.edition import Edition
from mockserver.journal import Exchange
from mockserver.verdicts.classify import own_mistake

_log = logging.getLogger("mockserver")


class RequestLog:
    """
    The lines of requests that have not been logged yet.

    Logging a record and flushing it takes longer than answering a request.
    """

    def __init__(self) -> None:
        self._lines: list[str] = []

    def note(self, exchange: Exchange, edition: Edition, loop: asyncio.AbstractEventLoop) -> None:
        """
        Log a request at the end of this turn.

        If the request was refused for a mistake in the client's set-up, a second line names the
        mistake.
        """
        if not self._lines:
            loop.call_soon(self.flush)
        self._lines.append(exchange.line())
        found = own_mistake(exchange, edition)
        if found is not None:
            self._lines.append(f"    {found.what}; {found.fix}")

    def flush(self) -> None:
        """Log all lines now."""
        lines, self._lines = self._lines, []
        if lines:
            _log.info("%s", "\n".join(lines))
