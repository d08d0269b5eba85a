"""Translates between aiohttp and the engine; a plan determines all bytes and waits of an answer."""

from __future__ import annotations

import asyncio
import logging
import ssl
from http import HTTPStatus
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.web_exceptions import HTTPRequestEntityTooLarge

from mockserver.edge.admin import PREFIX, Admin
from mockserver.edge.live import LiveEngine
from mockserver.edge.play.playback import play
from mockserver.edge.redirect.front import Proxy
from mockserver.plan import Plan
from mockserver.scenario.status_page import answering

from . import heads
from .connection import Connection, Server
from .port import Port

_SHUTDOWN_SECONDS = 0.01
_log = logging.getLogger("mockserver")


class Played(web.StreamResponse):
    """Tells aiohttp that the answer has been sent, and whether the connection stays open."""

    def __init__(self, *, keep_alive: bool) -> None:
        super().__init__()
        self._lives_on = keep_alive

    @property
    def keep_alive(self) -> bool:
        """Whether another request may follow."""
        return self._lives_on

    async def prepare(self, request: web.BaseRequest) -> None:
        """Send no head, since it has been sent already."""

    async def write_eof(self, data: bytes = b"") -> None:
        """Send no end, since it has been sent already."""


class Site:
    """
    A listening mock, which passes requests from aiohttp to the engine, admin API or status page.

    The ``token`` protects the admin API. ``url`` has the port that was actually bound.
    """

    def __init__(self, live: LiveEngine, *, token: str | None = None) -> None:
        self.live = live
        self._token = token
        self._admin: Admin | None = None
        self.url = ""
        self._runner: web.ServerRunner | None = None
        self._port: Port | None = None
        self._secured: Server | None = None

    async def start(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        tls: ssl.SSLContext | None = None,
        shared: bool = False,
        proxy: Proxy | None = None,
    ) -> None:
        """
        Listen.

        Other processes also listen on a ``shared`` port. A ``proxy`` gets each connection first.

        Raises OSError if the address can't be bound.
        """
        server = Server(self.live, self._answer)
        self._secured = server if tls else None
        self._runner = web.ServerRunner(server, shutdown_timeout=_SHUTDOWN_SECONDS)
        await self._runner.setup()
        self._port = Port(self.live, server, tls=tls, proxy=proxy)
        address, number = await self._port.start(host, port, shared=shared)
        shown = f"[{address}]" if ":" in address else address
        self.url = f"{'https' if tls else 'http'}://{shown}:{number}"
        alone = shared and not self.live.replica
        self._admin = None if alone else Admin(self.live, self.url, self._token)

    async def stop(self) -> None:
        """Stop listening and drop every open connection."""
        if self._port is not None:
            await self._port.stop()
        # aborted below, because closing with TLS would wait for a reply from each client
        served = self._secured.connections if self._secured is not None else ()
        waiting = [each.transport for each in served if each.transport is not None]
        if self._runner is not None:
            await self._runner.cleanup()
        for transport in waiting:
            transport.abort()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        connection = request.protocol
        assert isinstance(connection, Connection)  # noqa: S101 (the server makes no other kind)
        expected = request.headers.get("expect", "").lower()
        if expected not in ("", "100-continue"):
            response = web.Response(status=HTTPStatus.EXPECTATION_FAILED)  # RFC 9110, 10.1.1
            response.force_close()
            return response
        if expected and request.transport:
            request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body, oversized = b"", False
        try:
            body = await request.read()
        except HTTPRequestEntityTooLarge:
            oversized = True
        head, how = heads.read(request), heads.how(request)
        try:
            # no variable here holds a ``Request``, since a silent stream would keep it in memory
            beside = await self._beside(request, head, body)
            if beside is not None:
                lives_on = await play(beside, connection, self.live.clock, **how)
                return Played(keep_alive=connection.lives_on() and lives_on)
            connection.received(request)
            lives_on = await connection.play(
                await connection.begin_soon(
                    head.request(body, connection.sender, oversized=oversized)
                ),
                **how,
            )
        except ConnectionError:
            return Played(keep_alive=False)  # the client has left, or the clock has ended a stall
        except Exception as error:
            self.live.crashes.append(error)
            raise
        connection.answered(request)
        return Played(keep_alive=connection.lives_on() and lives_on)

    async def _beside(self, request: web.BaseRequest, head: heads.Head, body: bytes) -> Plan | None:
        """Return the answer of the admin API or the status page; None if the engine must answer."""
        if self._admin is not None and head.path.startswith(PREFIX):
            # in another thread, since the answer may have to wait until the port has changed
            peer = request.remote or ""
            reply = await asyncio.to_thread(self._admin.answer, head.request(body, None), peer)
            return reply.plan
        if answering.concerns(head.path, host := head.headers.get("host", "")):
            connection = request.protocol
            assert isinstance(connection, Connection)  # noqa: S101 (the server makes no other kind)
            url = answering.url_at(host, urlsplit(self.url).scheme)
            return self.live.status_page(head.request(body, connection.sender), url)
        return None
