"""
The port on which a ``Site`` listens, open or out of order according to the scenario.

While the port is closed, a socket that is bound but does not listen reserves the port's number.
During a change the old and the new socket share the address, so no other process can take the
address in between.
"""

from __future__ import annotations

import asyncio
import math
import socket
import ssl
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any, TypeAlias

from mockserver.edge.live import LiveEngine
from mockserver.edge.redirect.front import Proxy
from mockserver.scenario import PortState

from .connection import Server

_BACKLOG = 1024
_MOST_FILLERS = 256
_KNOCK_SECONDS = 0.05
_SHARED = getattr(socket, "SO_REUSEPORT", socket.SO_REUSEADDR)  # Windows has only SO_REUSEADDR
Held: TypeAlias = Any
"""A socket, or an event loop's wrapper of a socket."""


class Port:
    """
    One port, on all addresses of its host.

    ``state`` is the current state. ``proxy`` handles each connection first, and passes on to
    ``server`` those that are for the mock.
    """

    def __init__(
        self,
        live: LiveEngine,
        server: Server,
        *,
        tls: ssl.SSLContext | None = None,
        proxy: Proxy | None = None,
    ) -> None:
        self.state: PortState = "open"
        self._live = live
        self._server = server
        self._factory = server if proxy is None else proxy.wrapped(server)
        self._tls = tls
        self._sockets: Sequence[Held] = ()
        self._listening: list[asyncio.Server] = []
        self._fillers: list[socket.socket] = []
        self._following: asyncio.Task[Any] | None = None
        self._changing = asyncio.Lock()

    async def start(self, host: str, port: int, *, shared: bool = False) -> tuple[str, int]:
        """Listen, and return the first address. Raises OSError if no address can be bound."""
        self._loop, self._thread = asyncio.get_running_loop(), threading.get_ident()
        server = await self._loop.create_server(
            self._factory, host, port, backlog=_BACKLOG, ssl=self._tls, reuse_port=shared or None
        )
        self._listening, self._sockets = [server], server.sockets
        found = self._sockets[0].getsockname()
        await self._become(self._due())
        self._live.followers.append(self.follow)
        self.follow()
        return found[0], found[1]

    async def stop(self) -> None:
        """Release the port."""
        if self.follow in self._live.followers:
            self._live.followers.remove(self.follow)
        await self._stop_following()
        await self._close()

    def follow(self) -> None:
        """
        Follow the scenario's port from now on; callable from any thread.

        If called outside the event loop's thread, this returns when the port is in its new state.
        """
        if self._following is None and self._quiet():
            return
        begun: Future[None] = Future()
        asyncio.run_coroutine_threadsafe(self._follow(begun), self._loop)
        if threading.get_ident() != self._thread:
            begun.result()

    def _quiet(self) -> bool:
        """Return whether the port is open now and stays open for the rest of the scenario."""
        port, elapsed = self._live.scenario.port, self._live.elapsed
        settled = math.isinf(port.until_change(elapsed))
        return settled and self.state == self._due() == "open"

    def _due(self) -> PortState:
        state = self._live.port
        return "open" if state == "breaks_tls" and self._tls is None else state

    async def _follow(self, begun: Future[None]) -> None:
        await self._stop_following()
        self._following = asyncio.current_task()
        try:
            await self._become(self._due())
            begun.set_result(None)
            while not math.isinf(wait := self._live.scenario.port.until_change(self._live.elapsed)):
                await self._live.clock.wait(wait, passive=True)
                await self._become(self._due())
            self._following = None
        except OSError as error:
            self._live.crashes.append(error)
        finally:
            if not begun.done():
                begun.set_result(None)

    async def _stop_following(self) -> None:
        following, self._following = self._following, None
        if following is not None:
            async with self._changing:  # so that no change of the port is cancelled halfway
                following.cancel()
            await asyncio.wait([following])

    async def _become(self, state: PortState) -> None:
        async with self._changing:
            if state != self.state:
                await self._change(state)

    async def _change(self, state: PortState) -> None:
        held = [_held(one) for one in self._sockets]
        await self._close()
        self.state, self._sockets = state, held
        if state != "open":
            self._server.leave()
        for one in held:
            if state == "ignores":
                await self._fill(one)
            elif state != "refuses":
                await self._listen(one)

    async def _listen(self, held: Held) -> None:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        breaking = self.state == "breaks_tls"
        server = await self._loop.create_server(
            _Breaker if breaking else self._factory,
            sock=held,
            backlog=_BACKLOG,
            ssl=None if breaking else self._tls,
        )
        self._listening.append(server)

    async def _fill(self, held: Held) -> None:
        """Fill the accept queue, so that the kernel ignores further attempts to connect."""
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.listen(0)
        for _ in range(_MOST_FILLERS):
            filler = socket.socket(held.family)
            filler.settimeout(0)
            self._fillers.append(filler)
            filler.connect_ex(held.getsockname())  # the kernel answers, even if this loop is busy
            if not _is_connected(filler):
                await asyncio.sleep(_KNOCK_SECONDS)
                if not _is_connected(filler):
                    return

    async def _close(self) -> None:
        """Stop listening, but first let asyncio create the transports of accepted connections."""
        for server in self._listening:
            for one in server.sockets:
                self._loop.remove_reader(one.fileno())
        await asyncio.sleep(0)
        for server in self._listening:
            server.close()
        for one in (*self._fillers, *self._sockets):
            if isinstance(one, socket.socket):  # the loop has closed its own wrappers
                one.close()
        self._listening, self._fillers, self._sockets = [], [], ()


class _Breaker(asyncio.Protocol):
    """Hangs up when the client's first bytes arrive, in the middle of the TLS handshake."""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._transport.abort()


def _is_connected(one: socket.socket) -> bool:
    try:
        one.getpeername()
    except OSError:
        return False
    return True


def _held(one: Held) -> socket.socket:
    """Return a socket that reserves the address of a socket that will be closed."""
    one.setsockopt(socket.SOL_SOCKET, _SHARED, 1)
    held = socket.socket(one.family)
    if one.family == socket.AF_INET6:
        held.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    for option in (socket.SO_REUSEADDR, _SHARED):
        held.setsockopt(socket.SOL_SOCKET, option, 1)
    held.bind(one.getsockname())
    for option in (socket.SO_REUSEADDR, _SHARED):  # no other process may share the address
        held.setsockopt(socket.SOL_SOCKET, option, 0)
    return held
