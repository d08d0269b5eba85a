"""The server's connections, with a fast path past aiohttp and answers to malformed requests."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from itertools import pairwise
from typing import Any

from aiohttp import HttpVersion11, StreamReader, web
from aiohttp.http import HttpProcessingError

from mockserver.api.reading.decoding import MAX_BODY
from mockserver.core.messages import Request, Sender
from mockserver.edge.live import InFlight, LiveEngine, Waiting
from mockserver.edge.play.playback import AT_ONCE, play
from mockserver.edge.play.wire import at_once
from mockserver.edge.play.write_batch import WriteBatch
from mockserver.plan import Data, head_of

from .heads import END, HeadCache, framed
from .other_protocols import said_of
from .request_log import RequestLog

_log = logging.getLogger("mockserver")
_MOST_HELD = 64 * 1024  # bytes
_AGES = 1e9  # seconds: a keep-alive time-out that never fires
# the engine decompresses bodies, because broken gzip needs an answer in the API's form
_SETTINGS: Mapping[str, Any] = {"access_log": None, "auto_decompress": False}


class Server(web.Server):
    """Makes a ``Connection`` for each client; aiohttp calls ``answer`` for each request."""

    def __init__(
        self,
        live: LiveEngine,
        answer: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]],
    ) -> None:
        super().__init__(answer, request_factory=_request, handler_cancellation=True)
        self.live = live
        self.heads = HeadCache()
        self.batch = WriteBatch()
        self.requests = RequestLog()

    def __call__(self) -> Connection:
        """Return a new connection; the event loop calls this for each client."""
        return Connection(self)

    def leave(self) -> None:
        """Close all connections; a busy one closes when its answer has been sent."""
        for connection in self.connections:
            if isinstance(connection, Connection):
                connection.leave()


class Connection(web.RequestHandler):
    """
    One client's connection.

    Requests take one of two paths. The fast path is for requests whose head is in the
    ``HeadCache``: they are answered without aiohttp, in ``data_received`` itself or by a task if
    the answer takes time. All other requests go through aiohttp, which creates a reader, a request
    and a response for each; that costs more time than the answer itself.

    Only one path may receive the incoming bytes, and aiohttp does not tell how many it has read, so
    the bytes passed to aiohttp are counted. If these bytes are exactly one request, and that
    request is answered, the next byte begins another request. The connection is then ``_free``,
    which means that the fast path may read that request. If aiohttp has more bytes (pipelined
    requests, an unread rest), or if the length of the body is not in the head, all further bytes go
    to aiohttp.

    Bytes that arrive while the fast path plays an answer are held until the answer is over, because
    answers must be sent in the order of their requests.
    """

    def __init__(self, server: Server) -> None:
        super().__init__(server, loop=asyncio.get_running_loop(), **_SETTINGS)
        self._live = server.live
        self._heads = server.heads
        self._batch = server.batch
        self._requests = server.requests
        self._free = True  # aiohttp has answered all bytes passed to it
        self._held = b""  # bytes received that can't be answered yet
        self._parts: list[int] = []  # offsets in ``_held`` where later reads begin
        self._playing: Waiting | None = None
        self._waits = False  # whether ``_playing`` still waits for the store
        self._answering: InFlight | None = None
        self._half_closed = False
        # the body of the newest request that aiohttp has not answered yet
        self._body: StreamReader | None = None
        self._head = b""  # the head, as received, of the request that aiohttp is reading
        self._count = 0  # bytes given to aiohttp since ``_free`` was last true
        self._client = 0  # the client's port

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note the client's port."""
        super().connection_made(transport)
        peer = transport.get_extra_info("peername")
        self._client = peer[1] if peer else 0

    def data_received(self, data: bytes) -> None:
        """Answer, or pass the data on to aiohttp. Also called by aiohttp, without data."""
        if data and (self._free or self._playing is not None):
            if self._held:
                self._parts.append(len(self._held))
                self._held += data
            else:
                self._held = data
            if self._playing is None:
                self._answer_held()
            elif self.transport is not None and len(self._held) > _MOST_HELD:
                self.transport.pause_reading()
        else:
            self._hand_on(data)

    def _answer_held(self) -> None:
        """Answer the held bytes, pass them on to aiohttp, or wait for the rest of a request."""
        data, request = self._held, None
        found = None if self.writing_paused else self._heads.find(data)
        if found is not None:
            head, begin, end = found
            if len(data) < end:
                return
            if len(data) == end:
                request = head.request(data[begin:], self.sender)
        self._held = b""
        parts = self._parts
        if parts:
            self._parts = []
        if request is None or not self._answer(request):
            # split as they were received, since aiohttp's parser may depend on that
            for begin, end in pairwise((0, *parts, len(data))):
                self._hand_on(data[begin:end])

    @property
    def sender(self) -> Sender | None:
        """The sender on this connection; None if unknown."""
        return self._live.sender_at(self._client) if self._live.sender_at else None

    def _answer(self, request: Request) -> bool:
        """Begin to answer on the fast path; return whether that was possible."""
        self._keep_for(self.keepalive_timeout)
        try:
            waiting = self._live.ask(request, self._begun) if self._live.replica else None
            if waiting is None:
                self._give(self.begin(request))
        except Exception:  # noqa: BLE001 (aiohttp's path raises it again, and answers with a 500)
            return False
        if waiting is not None:
            self._playing, self._waits = waiting, True
            self._keep_for(_AGES)
        return True

    def _give(self, in_flight: InFlight) -> None:
        """Write the answer if it takes no time, otherwise begin to play it."""
        written = at_once(self._live.clock.announced(in_flight.exchange.plan))
        if written is None or len(written) > AT_ONCE or self.transport is None:
            self._playing = self._loop.create_task(self._play_on(in_flight))
        else:
            self._answering = None
            in_flight.end()  # first, since a client with the answer must find it in the journal
            self._batch.put(self.transport, written, self._loop)

    def _begun(self, found: InFlight | Exception) -> None:
        """Answer a request that had to wait, and then the requests that were received meanwhile."""
        self._playing, self._waits = None, False
        failed = found if isinstance(found, Exception) else None
        try:
            if not isinstance(found, Exception):
                self._give(self._noted(found))
        except Exception as error:  # noqa: BLE001 (the engine's owner raises it)
            failed = error
        if failed is not None:
            self._live.crashes.append(failed)
            _log.error("a request could not be answered", exc_info=failed)
        if self._playing is None:
            self._rest(lives_on=failed is None)

    def begin(self, request: Request) -> InFlight:
        """Begin to answer a request that needs nothing from the store; both paths call this."""
        return self._noted(self._live.in_flight(request))

    async def begin_soon(self, request: Request) -> InFlight:
        """Begin to answer a request, after waiting for the store if necessary."""
        return self._noted(await self._live.soon(request))

    def _noted(self, in_flight: InFlight) -> InFlight:
        """Log an exchange that begins, and record that it is being played."""
        if _log.isEnabledFor(logging.INFO):
            self._requests.note(in_flight.exchange, self._live.engine.edition, self._loop)
        self._answering = in_flight
        return in_flight

    async def play(
        self, in_flight: InFlight, *, keep_alive: bool = True, chunks: bool = True
    ) -> bool:
        """
        Play an answer to its end; return whether the connection stays open.

        Raises ConnectionError or CancelledError when the client leaves early, and StallError when
        the clock ends a stall.
        """
        self._requests.flush()  # first, since a client with the answer must find it in the log
        with in_flight as exchange:
            if self._half_closed and not _is_ready(in_flight):
                raise ConnectionResetError
            plan, clock = exchange.plan, self._live.clock
            return await play(plan, self, clock, in_flight, keep_alive=keep_alive, chunks=chunks)

    async def _play_on(self, in_flight: InFlight) -> None:
        """Play an answer that takes time, then handle the bytes received meanwhile."""
        lives_on = False
        self._keep_for(_AGES)  # aiohttp would close the connection, which looks idle to it
        try:
            lives_on = await self.play(in_flight)
        except ConnectionError:
            pass  # the client has left, or the clock has ended a stall
        except Exception as error:  # noqa: BLE001 (the engine's owner raises it)
            self._live.crashes.append(error)
            _log.exception("an answer could not be played")
        finally:
            self._playing = self._answering = None
            self._rest(lives_on=lives_on)

    def _rest(self, *, lives_on: bool) -> None:
        """Close the connection, or handle the bytes received meanwhile."""
        if not lives_on or not self._free:
            self.force_close()
            return
        self._keep_for(self.keepalive_timeout)
        if self._held:
            if self.transport is not None and len(self._held) > _MOST_HELD:
                self.transport.resume_reading()
            self._answer_held()
        elif self._half_closed:
            self.force_close()

    def _keep_for(self, seconds: float) -> None:
        self._next_keepalive_close_time = self._loop.time() + seconds

    async def write(self, data: bytes, /) -> None:
        """Write, no faster than the client reads. Raises ConnectionError if the client has left."""
        if self.transport is None or self.transport.is_closing():
            raise ConnectionResetError
        self.transport.write(data)
        if self.writing_paused:
            await self._drain_helper()

    def _hand_on(self, data: bytes) -> None:
        """Pass data on to aiohttp. If its parser fails in a body, make the read of it fail too."""
        if data and (self._free or not self._count):
            self._free = False
            self._head, self._count = data[: data.find(END) + len(END)], 0
        self._count += len(data)
        super().data_received(data)
        reading = self._current_request
        if self._messages:
            self._body = self._messages[-1][1]
        # aiohttp queues a parse error as a separate message, behind the request whose body is
        # damaged. Without this, that request would wait for the rest of its body forever.
        if reading is not None and self._messages:
            broken = getattr(self._messages[-1][0], "exc", None)  # None if the message is valid
            if broken is not None and not reading.content.is_eof():
                reading.content.set_exception(broken)
                reading.content.feed_eof()  # ends the wait for more

    def received(self, request: web.BaseRequest) -> None:
        """Cache the head of a request that aiohttp has read completely."""
        if self._is_all(request):
            self._heads.remember(self._head, request)

    def answered(self, request: web.BaseRequest) -> None:
        """Record that aiohttp's path has sent the answer to a request."""
        self._answering = None
        self._free = self._is_all(request)

    def lives_on(self) -> bool:
        """Record that a whole answer has been sent; return whether another request can follow."""
        if self._messages:
            return True
        self._body = None
        return not self._half_closed

    def _is_all(self, request: web.BaseRequest) -> bool:
        """Return whether aiohttp has got exactly this request since ``_free`` was last true."""
        length = framed(request)
        return length is not None and self._count == len(self._head) + length

    def eof_received(self) -> bool:  # type: ignore[override]  # as asyncio has it
        """
        Write the answers that are ready; return whether the connection stays open for an answer.

        A client that has closed its sending side may still be reading (``nc -N``) or may be gone,
        and the server can't tell the difference. An answer that takes no time is therefore sent. An
        answer that takes time is not sent; the client counts as gone, because the journal has to
        record immediately that a client has left.
        """
        self._batch.flush()
        self._half_closed = self._has_answer_to_send()
        if not self._half_closed:
            self._note_that_client_left()
            super().eof_received()
        return self._half_closed

    def _has_answer_to_send(self) -> bool:
        if self.transport is None or self._has_tls():
            return False  # asyncio can't half-close a TLS connection
        if self._waits:
            return True
        if self._answering is not None:
            return _is_ready(self._answering)
        return self._body is not None and self._body.is_eof()

    def _has_tls(self) -> bool:
        transport = self.transport
        return transport is not None and transport.get_extra_info("sslcontext") is not None

    def _other_protocol(self) -> str:
        """Return what is wrong with a client that speaks another protocol; empty for HTTP/1.1."""
        return "" if self._has_tls() else said_of(self._head)

    def force_close(self) -> None:
        """Write the answers that are ready, then close the connection."""
        self._batch.flush()
        super().force_close()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Stop playing, because the client is gone."""
        self._note_that_client_left()
        if self._playing is not None:
            self._playing.cancel()
        super().connection_lost(exc)

    def _note_that_client_left(self) -> None:
        """Record now that the client left, as the cancelled task may be too late to record it."""
        if self._answering is not None:
            self._answering.end(client_left=True)

    def leave(self) -> None:
        """Close the connection: now if it is idle, otherwise when the answer has been sent."""
        self._free = False
        if self._waiter is None:
            self.close()
        elif self._playing is None:
            self.force_close()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer a malformed request and close; other errors are left to aiohttp."""
        if not isinstance(exc, HttpProcessingError):
            return super().handle_error(request, status, exc, message)
        if other := self._other_protocol():
            _log.warning("%s", other)
            self._live.journal.other_protocols[other] = None
        else:
            _log.warning("refused a malformed request: %s", _reason(exc))
        plan = self._live.engine.malformed(now=self._live.clock.now())
        head = head_of(plan)
        assert head is not None  # noqa: S101 (a refusal has a head)
        body = b"".join(step.data for step in plan if isinstance(step, Data))
        response = web.Response(status=head.status, headers=head.headers, body=body)
        response.headers["connection"] = "close"
        response.force_close()
        return response


def _is_ready(in_flight: InFlight) -> bool:
    """Return whether an answer takes no time."""
    return at_once(in_flight.exchange.plan) is not None


def _reason(error: HttpProcessingError) -> str:
    """
    Return the error message without the received bytes, which may include the API key.

    In all of aiohttp's messages such bytes are in quotes, or on a separate line.
    """
    found = re.split(r"\n|(?:bytearray\(|b)*['\"]", error.message, maxsplit=1)[0]
    return f"{type(error).__name__}, {found.rstrip(' :.')}"


def _request(
    message: Any, payload: Any, protocol: Any, writer: Any, task: asyncio.Task[None]
) -> web.BaseRequest:
    loop = asyncio.get_running_loop()
    if message.method == "UNKNOWN":  # aiohttp's placeholder for a request it can't parse
        message = message._replace(version=HttpVersion11)
    return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=MAX_BODY)
