"""Makes the server's connections, and answers on them what is no HTTP request."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import HttpVersion11, web
from aiohttp.http import HttpProcessingError

from mockserver.api.decoding import MAX_BODY
from mockserver.plan import Data, head_of

from .live import LiveEngine

_log = logging.getLogger("mockserver")
# the engine decodes bodies, and says what it thinks of broken gzip
_SETTINGS: Mapping[str, Any] = {"access_log": None, "auto_decompress": False}


class Server(web.Server):
    """What a loop calls for each connection; ``answer`` is called for each request."""

    def __init__(
        self,
        live: LiveEngine,
        answer: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]],
    ) -> None:
        super().__init__(answer, request_factory=_request, handler_cancellation=True)
        self.live = live

    def __call__(self) -> Connection:
        """Return a connection."""
        return Connection(self)

    def leave(self) -> None:
        """Close all connections, the busy ones when their answer is out."""
        for connection in self.connections:
            if isinstance(connection, Connection):
                connection.leave()


class Connection(web.RequestHandler):
    """One connection, which the edge's page for a malformed request ends."""

    def __init__(self, server: Server) -> None:
        super().__init__(server, loop=asyncio.get_running_loop(), **_SETTINGS)
        self._live = server.live

    def data_received(self, data: bytes) -> None:
        """Read on; what breaks off inside of a body is told to who waits for the rest of it."""
        super().data_received(data)
        reading = self._current_request
        if reading is not None and self._messages:
            broken = getattr(self._messages[-1][0], "exc", None)  # none where a message is good
            if broken is not None and not reading.content.is_eof():
                reading.content.set_exception(broken)
                reading.content.feed_eof()  # nothing more is waited for

    def leave(self) -> None:
        """Close the connection: now if it is idle, else when the answer is out."""
        if self._waiter is None:
            self.close()
        else:
            self.force_close()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what could not be read; an error of the mock itself is left to aiohttp."""
        if not isinstance(exc, HttpProcessingError):
            return super().handle_error(request, status, exc, message)
        _log.warning("refused what is no HTTP request: %s", _reason(exc))
        plan = self._live.engine.malformed(now=self._live.clock.now())
        head = head_of(plan)
        assert head is not None  # noqa: S101 (a refusal has one)
        body = b"".join(step.data for step in plan if isinstance(step, Data))
        response = web.Response(status=head.status, headers=head.headers, body=body)
        response.headers["connection"] = "close"
        response.force_close()
        return response


def _reason(error: HttpProcessingError) -> str:
    """Return what was wrong, without the bytes: the key may be among them."""
    found = re.split(r"\n|: (?=b'|bytearray)", error.message, maxsplit=1)[0]
    return f"{type(error).__name__}, {found.rstrip(':.')}"


def _request(
    message: Any, payload: Any, protocol: Any, writer: Any, task: asyncio.Task[None]
) -> web.BaseRequest:
    loop = asyncio.get_running_loop()
    if message.method == "UNKNOWN":  # what aiohttp puts in the place of what it can't parse
        message = message._replace(version=HttpVersion11)
    return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=MAX_BODY)
