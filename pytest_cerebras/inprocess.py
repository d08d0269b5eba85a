"""
Plays plans to clients of httpx and httpx2 inside the process, through respx.

The second player: what ``mockserver.edge.playback`` does to a socket, this does to an
``httpx.Response``. respx knows no time-outs, so the read time-out of the client is kept here.
Both libraries go through the same; what is raised is looked up in what the client is built on.
Clients of neither (requests, aiohttp) need the server.
"""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import ModuleType
from typing import TypeAlias, assert_never

import httpx
import respx
from respx.models import AllMockedAssertionError, PassThrough

from mockserver.edge.clock import Clock
from mockserver.edge.live import LiveEngine
from mockserver.messages import Request
from mockserver.plan import Close, Compact, Data, End, Head, Raw, Step, Wait, apart
from mockserver.scenario import PortState

from .libraries import Library, libraries
from .senders import Senders, told_apart

HOST = "api.cerebras.ai"
Action: TypeAlias = float | Head | bytes
"""Sleep so many seconds, start the response, or hand over a piece of the body."""


def actions(plan: Compact, patience: float, core: ModuleType) -> Iterator[Action]:
    """
    Yield what the client goes through.

    Raises what a socket would have caused, of which the client's library makes an exception of its
    own: ReadTimeout after ``patience`` seconds without a byte, RemoteProtocolError for a FIN that
    comes too early, ReadError for RST; all from ``core``, such as the module httpcore.
    """
    delivery = _Delivery(patience, core)
    for step in apart(plan):
        yield from delivery.of(step)


class _Delivery:
    """What has arrived so far, and how long nothing has."""

    def __init__(self, patience: float, core: ModuleType) -> None:
        self._patience = patience
        self._core = core
        self._quiet = 0.0
        self._head: Head | None = None
        self._owed = math.inf

    def of(self, step: Step) -> Iterator[Action]:
        """Yield what the client gets of a step."""
        match step:
            case Wait(seconds):
                yield from self._waiting(seconds)
            case Head(length=length):
                self._head, self._quiet = step, 0.0
                self._owed = math.inf if length is None else length
                yield step
            case Data(data):
                yield self._seen(data)
            case Raw() | End() | Close():
                self._end(step)
            case _:
                assert_never(step)

    def _waiting(self, seconds: float) -> Iterator[float]:
        left = self._patience - self._quiet
        if seconds:  # what parts two writes parts two pieces here anyway
            yield float(min(seconds, left))
        if seconds > left:
            raise self._core.ReadTimeout("The read operation timed out")
        self._quiet += seconds

    def _seen(self, data: bytes) -> bytes:
        """Return the data up to the length that the head has named."""
        seen = data if len(data) <= self._owed else data[: int(self._owed)]
        self._owed, self._quiet = self._owed - len(seen), 0.0
        return seen

    def _end(self, step: Raw | End | Close) -> None:
        complete = math.inf if isinstance(step, End) else 0.0
        if self._owed in (0.0, complete):
            return  # the client has what it waits for
        if step == Close(reset=True):
            raise self._core.ReadError("[Errno 104] Connection reset by peer")
        if self._head is None or self._head.framed:
            raise self._lost()

    def _lost(self) -> Exception:
        text = "peer closed connection without sending complete message body"
        if self._head is None:
            text = "Server disconnected without sending a response."
        error: Exception = self._core.RemoteProtocolError(text)
        return error


class PlannedBody(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that arrives as the plan says, for a sync or an async client."""

    def __init__(
        self, rest: Iterator[Action], clock: Clock, core: ModuleType, finish: Callable[[bool], None]
    ) -> None:
        self._rest = rest
        self._clock = clock
        self._core = core
        self._finish = finish
        self._left = True

    def __iter__(self) -> Iterator[bytes]:
        for action in self._playing():
            if isinstance(action, float):
                _pause(self._clock, action)
            elif isinstance(action, bytes):
                yield action

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for action in self._playing():
            if isinstance(action, float):
                await self._clock.wait(action)
            elif isinstance(action, bytes):
                yield action

    def close(self) -> None:
        """Note the end, once: a client has left when there was something to wait for."""
        finish, self._finish = self._finish, lambda _: None
        finish(self._left and self._waits())

    async def aclose(self) -> None:
        """Note the end, once."""
        self.close()

    def _waits(self) -> bool:
        try:
            return any(isinstance(action, float) for action in self._rest)
        except Exception:  # noqa: BLE001 (whatever the client would have met)
            return False

    def _playing(self) -> Iterator[Action]:
        try:
            yield from self._rest
        except self._core.ReadTimeout:
            raise
        except Exception:
            self._left = False
            raise
        self._left = False


class PlanRouter(respx.MockRouter):
    """
    Answers for one host from the engine; every other request goes its way.

    It is asked before all other routers of respx, whichever was started first.
    """

    def __init__(self, live: LiveEngine, senders: Senders, library: Library) -> None:
        super().__init__(assert_all_called=False, using=library.mocker)
        self._live = live
        self._senders = senders
        self._core = library.core

    def start(self) -> None:
        """Begin, in front of the others."""
        super().start()
        self._routers.insert(0, self._routers.pop())

    def handler(self, request: httpx.Request) -> httpx.Response:
        """Answer a sync client."""
        rest, body = self._begin(request)
        try:
            for action in rest:
                if isinstance(action, Head):
                    return _response(action, body)
                if isinstance(action, float):
                    _pause(self._live.clock, action)
        except BaseException:
            body.close()
            raise
        raise AssertionError("a plan without a head ends by Close")

    async def async_handler(self, request: httpx.Request) -> httpx.Response:
        """Answer an async client."""
        rest, body = self._begin(request)
        try:
            for action in rest:
                if isinstance(action, Head):
                    return _response(action, body)
                if isinstance(action, float):
                    await self._live.clock.wait(action)
        except BaseException:
            body.close()
            raise
        raise AssertionError("a plan without a head ends by Close")

    def _begin(self, request: httpx.Request) -> tuple[Iterator[Action], PlannedBody]:
        if request.url.host != HOST:
            raise self._not_ours(request)
        clock, timeouts = self._live.clock, request.extensions.get("timeout", {})
        port = self._live.port
        if port != "open":
            rest = _unreachable(port, _patience(clock, timeouts.get("connect")), self._core)
            return rest, PlannedBody(rest, clock, self._core, lambda _: None)
        received = Request(
            request.method,
            request.url.path,
            {name.lower(): value for name, value in request.headers.items()},
            request.content,
            request.url.query.decode(),
            sender=self._senders.current(),
        )
        engine, exchange = self._live.begin(received)
        patience = _patience(clock, timeouts.get("read"))
        rest = actions(clock.announced(exchange.compact), patience, self._core)

        def finish(left: bool) -> None:  # noqa: FBT001 (a callback of one fact)
            self._live.finish(engine, exchange, client_left=left)

        return rest, PlannedBody(rest, clock, self._core, finish)

    def _not_ours(self, request: httpx.Request) -> Exception:
        """Return what makes respx ask the next router, or let a request out when there is none."""
        if len(self._routers) > 1:
            return AllMockedAssertionError("this router is for the Cerebras API")
        return PassThrough("not ours", request=request, origin=respx.Route())

    @property
    def _routers(self) -> list[respx.Router]:
        assert self.Mocker is not None  # noqa: S101 (respx knows the mocker of a library)
        return self.Mocker.routers


@contextmanager
def intercepted(live: LiveEngine) -> Iterator[None]:
    """Answer all requests of httpx and httpx2 to the real host from the engine."""
    with ExitStack() as stack:
        senders = stack.enter_context(told_apart(live, None))
        for library in libraries():
            stack.enter_context(PlanRouter(live, senders, library))
        yield


def _response(head: Head, body: PlannedBody) -> httpx.Response:
    fields = [(name.encode(), value.encode()) for name, value in head.headers]  # as the wire does
    return httpx.Response(head.status, headers=fields, stream=body)


def _unreachable(port: PortState, patience: float, core: ModuleType) -> Iterator[Action]:
    """Go through a connect to a port that is not open."""
    if port == "refuses":
        raise core.ConnectError("[Errno 111] Connection refused")
    if port == "breaks_tls":
        raise core.ConnectError("[SSL: UNEXPECTED_EOF_WHILE_READING] EOF occurred")
    yield patience
    raise core.ConnectTimeout("timed out")


def _patience(clock: Clock, timeout: float | None) -> float:
    return math.inf if timeout is None else float(clock.patience(timeout))


def _pause(clock: Clock, seconds: float) -> None:
    if math.isinf(seconds):
        raise RuntimeError("the scenario stalls and this client has no time-out")
    clock.pause(seconds)
