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
from mockserver.journal import Exchange
from mockserver.messages import Sender
from mockserver.plan import Data, head_of

from .heads import END, Heads, framed
from .live import Answering, LiveEngine
from .wire import at_once

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
        self.heads = Heads()

    def __call__(self) -> Connection:
        """Return a connection."""
        return Connection(self)

    def leave(self) -> None:
        """Close all connections, the busy ones when their answer is out."""
        for connection in self.connections:
            if isinstance(connection, Connection):
                connection.leave()


class Connection(web.RequestHandler):
    """
    One connection, which the edge's page for a malformed request ends.

    A request whose head is known, and whose answer has no pause in it, is answered at once. All
    others go through aiohttp, with a task and a reader for each of them. How many bytes aiohttp has
    got since it was last done is counted: when they are one request, the next byte begins another.
    """

    def __init__(self, server: Server) -> None:
        super().__init__(server, loop=asyncio.get_running_loop(), **_SETTINGS)
        self._live = server.live
        self._heads = server.heads
        self._free = False  # aiohttp has answered, and has not got a byte since
        self._held = b""  # of a request whose head is known, and which has not come to its end
        self._head = b""
        self._count = 0
        self._begun: Answering | None = None

    def data_received(self, data: bytes) -> None:
        """Answer at once, or let aiohttp read on; it calls this itself, with no data at all."""
        if data and self._free and not self.writing_paused:
            data = self._held + data if self._held else data
            if self._answer_at_once(data):
                return
        self._hand_on(data)

    def _answer_at_once(self, data: bytes) -> bool:
        """Answer if that is possible, or wait for the rest of what can be answered."""
        self._held = b""
        found = self._heads.find(data)
        if found is None or len(data) > found[2]:
            return False
        head, end, whole = found
        if len(data) < whole:
            self._held = data
            return True
        try:
            self._begun = self._live.answering(head.request(data[end:], self.sender()))
            written = self._written(self._begun.exchange)
        except Exception:  # noqa: BLE001 (it comes again where aiohttp makes an answer of it)
            return False
        if written is None or self.transport is None:
            return False
        self._begun.end()  # who has the answer finds it in the journal
        self._begun = None
        self.transport.write(written)
        self._next_keepalive_close_time = self._loop.time() + self.keepalive_timeout
        return True

    def _written(self, exchange: Exchange) -> bytes | None:
        """Return an answer that is one write; None for any other."""
        written = at_once(self._live.clock.announced(exchange.compact))
        if written is not None and _log.isEnabledFor(logging.INFO):
            _log.info("%s", exchange.line())
        return written

    def _hand_on(self, data: bytes) -> None:
        """Let aiohttp read; what breaks off inside of a body is told to who waits for the rest."""
        if data and (self._free or not self._count):
            self._free = False
            self._head, self._count = data[: data.find(END) + len(END)], 0
        self._count += len(data)
        super().data_received(data)
        reading = self._current_request
        if reading is not None and self._messages:
            broken = getattr(self._messages[-1][0], "exc", None)  # none where a message is good
            if broken is not None and not reading.content.is_eof():
                reading.content.set_exception(broken)
                reading.content.feed_eof()  # nothing more is waited for

    def begun(self) -> Answering | None:
        """Return the answer to aiohttp's request that has been begun already; it is yours now."""
        begun, self._begun = self._begun, None
        return begun

    def answered(self, request: web.BaseRequest) -> None:
        """Note that the answer to a request is out."""
        length = framed(request)
        self._free = length is not None and self._count == len(self._head) + length
        if self._free:
            self._heads.remember(self._head, request)

    def sender(self) -> Sender | None:
        """Return who sends on the connection, where that can be known."""
        peer = self.transport and self.transport.get_extra_info("peername")
        return self._live.sender_at(peer[1]) if peer else None

    def connection_lost(self, exc: BaseException | None) -> None:
        """Note that nobody waits any more for what aiohttp has not come to."""
        begun = self.begun()
        if begun is not None:
            begun.end(client_left=True)
        super().connection_lost(exc)

    def leave(self) -> None:
        """Close the connection: now if it is idle, else when the answer is out."""
        self._free = False
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
