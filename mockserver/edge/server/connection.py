"""Makes the server's connections, and answers on them what is no HTTP request."""

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
from mockserver.edge.live import InFlight, LiveEngine
from mockserver.edge.play.playback import AT_ONCE, play
from mockserver.edge.play.wire import at_once
from mockserver.edge.play.write_batch import WriteBatch
from mockserver.plan import Data, head_of

from .heads import END, HeadCache, framed

_log = logging.getLogger("mockserver")
_MOST_HELD = 64 * 1024  # bytes
_AGES = 1e9  # seconds
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
        self.heads = HeadCache()
        self.batch = WriteBatch()

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

    A request whose head is known is answered at once, or by a task if its answer takes time. All
    others go through aiohttp, with a reader, a request and a response for each of them. How many
    bytes aiohttp has got since it was last done is counted: when they are one request, the next
    byte begins another.
    """

    def __init__(self, server: Server) -> None:
        super().__init__(server, loop=asyncio.get_running_loop(), **_SETTINGS)
        self._live = server.live
        self._heads = server.heads
        self._batch = server.batch
        self._free = True  # all that aiohttp has got is answered
        self._held = b""  # what has come and can't be answered yet
        self._parts: list[int] = []  # where in it the second and each later part of it begins
        self._playing: asyncio.Task[None] | None = None
        self._answering: InFlight | None = None
        self._half_closed = False
        self._body: StreamReader | None = (
            None  # of the newest request that aiohttp has not answered
        )
        self._head = b""
        self._count = 0
        self._client = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note from which port the client sends."""
        super().connection_made(transport)
        peer = transport.get_extra_info("peername")
        self._client = peer[1] if peer else 0

    def data_received(self, data: bytes) -> None:
        """Answer, or let aiohttp read on; it calls this itself, with no data at all."""
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
        """Answer what is held, wait for the rest of it, or hand it on."""
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
            for begin, end in pairwise((0, *parts, len(data))):  # as it came
                self._hand_on(data[begin:end])

    @property
    def sender(self) -> Sender | None:
        """Who sends on this connection; None where that can't be known."""
        return self._live.sender_at(self._client) if self._live.sender_at else None

    def _answer(self, request: Request) -> bool:
        """Begin to answer; return whether that could be done."""
        self._keep_for(self.keepalive_timeout)
        try:
            in_flight = self.begin(request)
            written = at_once(self._live.clock.announced(in_flight.exchange.plan))
        except Exception:  # noqa: BLE001 (it comes again where aiohttp makes an answer of it)
            return False
        if written is None or len(written) > AT_ONCE or self.transport is None:
            self._playing = self._loop.create_task(self._play_on(in_flight))
        else:
            self._answering = None
            in_flight.end()  # who has the answer finds it in the journal
            self._batch.put(self.transport, written, self._loop)
        return True

    def begin(self, request: Request) -> InFlight:
        """Begin to answer a request, whichever way it has come in."""
        in_flight = self._live.in_flight(request)
        if _log.isEnabledFor(logging.INFO):
            _log.info("%s", in_flight.exchange.line())
        self._answering = in_flight
        return in_flight

    async def play(
        self, in_flight: InFlight, *, keep_alive: bool = True, chunks: bool = True
    ) -> bool:
        """
        Play an answer to its end; return whether the connection lives on.

        Raises ConnectionError or CancelledError when the client leaves before, and StallError when
        the clock ends a stall.
        """
        with in_flight as exchange:
            if self._half_closed and not _is_ready(in_flight):
                raise ConnectionResetError
            plan, clock = exchange.plan, self._live.clock
            return await play(plan, self, clock, in_flight, keep_alive=keep_alive, chunks=chunks)

    async def _play_on(self, in_flight: InFlight) -> None:
        """Play an answer that takes time, then go on with what has come meanwhile."""
        lives_on = False
        self._keep_for(_AGES)  # aiohttp takes the connection for idle
        try:
            lives_on = await self.play(in_flight)
        except ConnectionError:
            pass  # nobody reads on, or the clock has ended a stall
        except Exception as error:  # noqa: BLE001 (who owns the engine raises it)
            self._live.crashes.append(error)
            _log.exception("an answer could not be played")
        finally:
            self._playing = self._answering = None
            self._rest(lives_on=lives_on)

    def _rest(self, *, lives_on: bool) -> None:
        """Close the connection, or go on with what has come meanwhile."""
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
        """Write, as fast as the client reads. Raises ConnectionError when it has left."""
        if self.transport is None or self.transport.is_closing():
            raise ConnectionResetError
        self.transport.write(data)
        if self.writing_paused:
            await self._drain_helper()

    def _hand_on(self, data: bytes) -> None:
        """Let aiohttp read; what breaks off inside of a body is told to who waits for the rest."""
        if data and (self._free or not self._count):
            self._free = False
            self._head, self._count = data[: data.find(END) + len(END)], 0
        self._count += len(data)
        super().data_received(data)
        reading = self._current_request
        if self._messages:
            self._body = self._messages[-1][1]
        if reading is not None and self._messages:
            broken = getattr(self._messages[-1][0], "exc", None)  # none where a message is good
            if broken is not None and not reading.content.is_eof():
                reading.content.set_exception(broken)
                reading.content.feed_eof()  # nothing more is waited for

    def received(self, request: web.BaseRequest) -> None:
        """Note what the head of a request means that aiohttp has read to its end."""
        if self._is_all(request):
            self._heads.remember(self._head, request)

    def answered(self, request: web.BaseRequest) -> None:
        """Note that the answer to a request is out."""
        self._answering = None
        self._free = self._is_all(request)

    def lives_on(self) -> bool:
        """Note that all of an answer is out; return whether another request can follow."""
        if self._messages:
            return True
        self._body = None
        return not self._half_closed

    def _is_all(self, request: web.BaseRequest) -> bool:
        """Whether aiohttp has got this request since it was last done, and nothing else."""
        length = framed(request)
        return length is not None and self._count == len(self._head) + length

    def eof_received(self) -> bool:  # type: ignore[override]  # as asyncio has it
        """
        Write what is ready; return whether the connection stays open for an answer.

        A client that sends no more may still listen (``nc -N``), or have left: both look the same.
        So an answer that is ready is sent, and one that takes time is not: the journal has to know
        at once when a client gives up.
        """
        self._batch.flush()
        self._half_closed = self._has_answer_to_send()
        if not self._half_closed:
            self._note_that_client_left()
            super().eof_received()
        return self._half_closed

    def _has_answer_to_send(self) -> bool:
        if self.transport is None or self.transport.get_extra_info("sslcontext") is not None:
            return False  # TLS has no half that stays open
        if self._answering is not None:
            return _is_ready(self._answering)
        return self._body is not None and self._body.is_eof()

    def force_close(self) -> None:
        """Close the connection, with all written that is ready."""
        self._batch.flush()
        super().force_close()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Play no more, for nobody listens."""
        self._note_that_client_left()
        if self._playing is not None:
            self._playing.cancel()
        super().connection_lost(exc)

    def _note_that_client_left(self) -> None:
        """Note it before any other request is answered, which the task may be too late for."""
        if self._answering is not None:
            self._answering.end(client_left=True)

    def leave(self) -> None:
        """Close the connection: now if it is idle, else when the answer is out."""
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


def _is_ready(in_flight: InFlight) -> bool:
    """Whether an answer takes no time."""
    return at_once(in_flight.exchange.plan) is not None


def _reason(error: HttpProcessingError) -> str:
    """
    Return what was wrong, without the bytes: the key may be among them.

    However aiohttp words it, bytes stand in quotes, or on a line of their own.
    """
    found = re.split(r"\n|(?:bytearray\(|b)*['\"]", error.message, maxsplit=1)[0]
    return f"{type(error).__name__}, {found.rstrip(' :.')}"


def _request(
    message: Any, payload: Any, protocol: Any, writer: Any, task: asyncio.Task[None]
) -> web.BaseRequest:
    loop = asyncio.get_running_loop()
    if message.method == "UNKNOWN":  # what aiohttp puts in the place of what it can't parse
        message = message._replace(version=HttpVersion11)
    return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=MAX_BODY)
