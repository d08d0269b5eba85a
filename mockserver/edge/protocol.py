"""Answers bytes that are no HTTP request as the edge of the real API does, not as aiohttp does."""

from __future__ import annotations

import asyncio
import logging
from http import HTTPStatus
from random import Random
from typing import Any

from aiohttp import web

from mockserver.api import headers
from mockserver.api.problems import PROBLEMS
from mockserver.api.shapes import TODAY

from .clock import Clock

_log = logging.getLogger("mockserver")


class Connection(web.RequestHandler):
    """One connection."""

    __slots__ = ("_clock",)

    def __init__(self, server: Server, *, clock: Clock) -> None:
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            access_log=None,  # type: ignore[arg-type]  # None is how aiohttp's own runner says it
            auto_decompress=False,  # the engine decodes, and says what it thinks of broken gzip
        )
        self._clock = clock

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
        """
        Answer what could not be parsed with the edge's page for it, and close.

        An error of the mock itself (500) stays what it is: loud.
        """
        if status == HTTPStatus.INTERNAL_SERVER_ERROR or request.writer.output_size:
            return super().handle_error(request, status, exc, message)
        _log.warning("a client sent what is no HTTP request (%s)", type(exc).__name__)
        problem = PROBLEMS["bad_request"]
        body = problem.body({})
        fields = (
            *headers.edge(TODAY, problem.content_type, now=self._clock.now(), random=Random()),
            ("content-length", str(len(body))),
        )
        response = web.Response(status=problem.status, headers=fields, body=body)
        response.headers["connection"] = "close"
        response.force_close()
        return response


class Server(web.Server):
    """The factory of connections; ``handler`` answers a request."""

    def __init__(self, handler: Any, *, clock: Clock, request_factory: Any) -> None:
        super().__init__(handler, request_factory=request_factory, handler_cancellation=True)
        self._clock = clock

    def __call__(self) -> Connection:
        """Return the handler of a new connection."""
        return Connection(self, clock=self._clock)

    def leave(self) -> None:
        """Close all connections, the busy ones when their answer is out."""
        for connection in self.connections:
            if isinstance(connection, Connection):
                connection.leave()
