"""
Plays plans to clients of httpx and httpx2 inside the process, through respx.

This is the second player. It plays a plan on an ``httpx.Response``, while
``mockserver.edge.play.playback`` plays a plan on a socket. respx ignores the client's time-outs, so
this module applies them. Other client libraries, such as aiohttp, need the server.
"""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from types import ModuleType

import httpx
import respx
from respx.models import AllMockedAssertionError, PassThrough

from mockserver.core.messages import Request
from mockserver.edge.live import InFlight, LiveEngine
from mockserver.edge.play.clock import Clock, Silence, StallError
from mockserver.plan import Head
from mockserver.scenario.status_page.answering import HOST as STATUS_HOST
from pytest_cerebras.observe.caller_identity import Callers, identified_callers
from pytest_cerebras.observe.completed_waits import mock_wait
from pytest_cerebras.observe.lingering_work import LingeringWork
from pytest_cerebras.observe.refused_connects import RefusedConnects

from .delivery import Action, actions, unreachable
from .libraries import Library, libraries

HOST = "api.cerebras.ai"


class NoExchange:
    """An attempt to connect to a shut port, or a request to the status page: not in the journal."""

    def __init__(self, live: LiveEngine) -> None:
        self._live = live
        self._stalled = live.stalled

    def end(self, *, client_left: bool = False) -> None:
        """Do nothing, because there is no exchange to end."""

    async def stall(self, port: int | None) -> None:
        """Hold the client. Raises StallError."""
        with self._noted():
            await self._live.clock.stall(Silence(port))

    def hold(self) -> None:
        """Hold the calling thread. Raises StallError."""
        with self._noted():
            self._live.clock.hold(Silence())

    @contextmanager
    def _noted(self) -> Iterator[None]:
        try:
            yield
        except StallError as error:
            sentence = error.told(self._live.scenario.name, "a connection that nobody accepts")
            self._stalled.append(sentence)
            raise


class PlannedBody(httpx.SyncByteStream, httpx.AsyncByteStream):
    """
    The body of a response, which arrives as planned, for a sync or an async client.

    At the end, ``audience.end`` is called once, with ``client_left``. If the plan stalls without
    end, the ``audience`` stalls the client.
    """

    def __init__(
        self,
        actions: Iterator[Action],
        clock: Clock,
        core: ModuleType,
        audience: InFlight | NoExchange,
    ) -> None:
        self._actions = self._noted(actions, core)
        self._clock = clock
        self._audience = audience
        self._waiting = False
        self._left: bool | None = None  # None: it depends on the rest of the plan

    def head(self) -> Head:
        """Play the plan up to the head, and return the head."""
        try:
            for action in self._actions:
                if isinstance(action, Head):
                    return action
                self._pause(action)
        except BaseException:
            self.close()
            raise
        raise AssertionError("a plan without a head ends by Close")

    async def async_head(self) -> Head:
        """Play the plan up to the head for an async client, and return the head."""
        try:
            for action in self._actions:
                if isinstance(action, Head):
                    return action
                await self._wait(action)
        except BaseException:
            self.close()
            raise
        raise AssertionError("a plan without a head ends by Close")

    def __iter__(self) -> Iterator[bytes]:
        for action in self._actions:
            if isinstance(action, bytes):
                yield action
            else:
                self._pause(action)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for action in self._actions:
            if isinstance(action, bytes):
                yield action
            else:
                await self._wait(action)

    def close(self) -> None:
        """Report the end once: the client left early if the rest still required a wait."""
        left = self._waiting or (self._waits() if self._left is None else self._left)
        self._audience.end(client_left=left)

    async def aclose(self) -> None:
        """Report the end, once."""
        self.close()

    def _pause(self, action: Action) -> None:
        if isinstance(action, float):
            self._waiting = True
            if math.isinf(action):
                with self._held():
                    self._audience.hold()
            self._clock.pause(action)
            self._waiting = False

    async def _wait(self, action: Action) -> None:
        if isinstance(action, float):
            self._waiting = True
            with mock_wait():
                if math.isinf(action):
                    with self._held():
                        await self._audience.stall(None)
                await self._clock.wait(action)
            self._waiting = False

    @contextmanager
    def _held(self) -> Iterator[None]:
        """If the mock ends the stall, record that the client did not leave early."""
        try:
            yield
        except StallError:
            self._waiting, self._left = False, False
            raise

    def _waits(self) -> bool:
        try:
            return any(isinstance(action, float) for action in self._actions)
        except Exception:  # noqa: BLE001 (an exception for which the client did not wait)
            return False

    def _noted(self, actions: Iterator[Action], core: ModuleType) -> Iterator[Action]:
        try:
            yield from actions
        except core.TimeoutException:
            self._left = True
            raise
        except Exception:
            self._left = False
            raise
        self._left = False


class PlanRouter(respx.MockRouter):
    """
    Answers requests to the hosts of the API and its status page; passes on all other requests.

    respx calls this router before all other routers, even before those that were started earlier.
    """

    def __init__(
        self, live: LiveEngine, callers: Callers, refused: RefusedConnects, library: Library
    ) -> None:
        super().__init__(assert_all_called=False, using=library.mocker)
        self._live = live
        self._callers = callers
        self._refused = refused
        self._core = library.core

    def start(self) -> None:
        """Start, and move to the front of respx's routers."""
        super().start()
        self._routers.insert(0, self._routers.pop())

    def handler(self, request: httpx.Request) -> httpx.Response:
        """Answer a sync client."""
        body = self._begin(request)
        return _response(body.head(), body)

    async def async_handler(self, request: httpx.Request) -> httpx.Response:
        """Answer an async client."""
        body = self._begin(request)
        return _response(await body.async_head(), body)

    def _begin(self, request: httpx.Request) -> PlannedBody:
        if request.url.host == STATUS_HOST:  # reachable, even if the port of the API is shut
            return self._status_page(request)
        if request.url.host != HOST:
            raise self._not_ours(request)
        clock, port = self._live.clock, self._live.port
        if port != "open":
            self._refused.count += not self._callers.lingering.reason_here()
            attempt = unreachable(port, _patience(request, "connect", clock), self._core)
            return PlannedBody(attempt, clock, self._core, NoExchange(self._live))
        in_flight = self._live.in_flight(self._received(request))
        plan = clock.announced(in_flight.exchange.plan)
        going_through = actions(plan, _patience(request, "read", clock), self._core)
        return PlannedBody(going_through, clock, self._core, in_flight)

    def _status_page(self, request: httpx.Request) -> PlannedBody:
        plan = self._live.status_page(self._received(request), f"https://{STATUS_HOST}")
        at_once = actions(plan, math.inf, self._core)
        return PlannedBody(at_once, self._live.clock, self._core, NoExchange(self._live))

    def _received(self, request: httpx.Request) -> Request:
        return Request(
            request.method,
            request.url.path,
            {name.lower(): value for name, value in request.headers.items()},
            request.content,
            request.url.query.decode(),
            sender=self._callers.current(),
        )

    def _not_ours(self, request: httpx.Request) -> Exception:
        """
        Return the exception that makes respx pass a request on.

        If there is another router, respx calls it. Otherwise, respx sends the request.
        """
        if len(self._routers) > 1:
            return AllMockedAssertionError("this router is for the Cerebras API")
        return PassThrough("not ours", request=request, origin=respx.Route())

    @property
    def _routers(self) -> list[respx.Router]:
        assert self.Mocker is not None  # noqa: S101 (respx has a mocker for each library)
        return self.Mocker.routers


@contextmanager
def intercepted(
    live: LiveEngine, lingering: LingeringWork | None = None
) -> Iterator[tuple[RefusedConnects, Callers]]:
    """
    Answer all requests of httpx and httpx2 to the real API.

    Yields the counter of attempts to connect to a shut port, and the callers.
    """
    refused = RefusedConnects()
    with ExitStack() as stack:
        callers = stack.enter_context(identified_callers(live, (), lingering))
        for library in libraries():
            stack.enter_context(PlanRouter(live, callers, refused, library))
        yield refused, callers


def _patience(request: httpx.Request, phase: str, clock: Clock) -> float:
    """Return the time-out that the client has for a phase, in seconds of the clock."""
    seconds = request.extensions.get("timeout", {}).get(phase)
    return math.inf if seconds is None else float(clock.patience(seconds))


def _response(head: Head, body: PlannedBody) -> httpx.Response:
    fields = [(name.encode(), value.encode()) for name, value in head.headers]  # as the wire does
    return httpx.Response(head.status, headers=fields, stream=body)
