"""
A proxy on the mock's own port.

A client that uses a proxy sends CONNECT, or a target with scheme and host (RFC 9112, 3.2). If the
target is a mocked host, the mock answers in place of this host, over TLS if the client uses TLS.
Requests to other hosts are passed through or refused. A request without such a target is for the
mock itself.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TypeAlias, cast

from .targets import Target, forwarded, target_of
from .tunnel import Upstream, opened, piped

Factory: TypeAlias = Callable[[], asyncio.Protocol]

_END = b"\r\n\r\n"
_LONGEST_HEAD = 64 * 1024  # bytes
_LONGEST_METHOD = 32
_ORIGIN = re.compile(rb"[A-Za-z]+ [/*]")  # the beginning of a request for the mock itself
_ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"
_REFUSED = (
    b"HTTP/1.1 %d %b\r\ncontent-type: text/plain\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
)
_HTTP = 80
_MOST_PASSED = 1000  # at most this many hosts are counted
_HANDSHAKE_SECONDS = 10.0


@dataclass(slots=True)
class Proxy:
    """
    How a proxy treats each host.

    The mock answers for ``hosts``, with a TLS context from ``context_for``. All other hosts of the
    domain ``private`` are refused. Requests to any other host are passed through, by way of the
    proxy ``upstream`` if it is set, or refused if ``blocks`` is set. ``blocked`` counts the refused
    requests, by host. ``distrusted`` counts the clients that did not accept our certificate, by
    host. ``breaks_tls`` returns whether the mock now hangs up during TLS handshakes.
    """

    hosts: frozenset[str]
    context_for: Callable[[str], ssl.SSLContext]
    private: str
    blocks: bool = False
    upstream: Upstream | None = None
    breaks_tls: Callable[[], bool] = lambda: False
    blocked: dict[str, int] = field(default_factory=dict)
    passed: dict[str, int] = field(default_factory=dict)
    distrusted: dict[str, int] = field(default_factory=dict)
    jobs: set[asyncio.Task[None]] = field(default_factory=set)
    waiting: set[asyncio.Transport] = field(default_factory=set)
    is_closed: bool = False

    def wrapped(self, server: Factory) -> Factory:
        """Return a factory of connections, which hand over requests for the mock to ``server``."""
        return lambda: Front(self, server)

    def refuses(self, host: str) -> bool:
        """Return whether requests to this host are refused; if so, count the refusal."""
        refused = self.blocks or host == self.private or host.endswith(f".{self.private}")
        if refused:
            self.blocked[host] = self.blocked.get(host, 0) + 1
        return refused

    def note_passed(self, host: str) -> None:
        """Count a connection that is passed through to this host."""
        if host in self.passed or len(self.passed) < _MOST_PASSED:
            self.passed[host] = self.passed.get(host, 0) + 1

    def close(self) -> None:
        """End all tunnels, and all connections whose clients have sent nothing yet, or later."""
        self.is_closed = True
        for job in self.jobs:
            job.cancel()
        for transport in list(self.waiting):
            transport.abort()


class Front(asyncio.Protocol):
    """A new connection, until its first bytes show what must handle it."""

    def __init__(self, proxy: Proxy, server: Factory) -> None:
        self._proxy = proxy
        self._server = server
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._held = b""
        self._routed = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the client's first bytes, unless the proxy has closed in the meantime."""
        self._transport = cast("asyncio.Transport", transport)  # a Protocol gets no other kind
        self._proxy.waiting.add(self._transport)
        if self._proxy.is_closed:  # the kernel had accepted the connection before
            self._transport.abort()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Stop waiting."""
        if self._transport is not None:
            self._proxy.waiting.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        """Decide what handles the connection, as soon as enough bytes have been received."""
        self._held += data
        if self._routed or self._transport is None:
            return
        if _ORIGIN.match(self._held) or self._is_no_request():
            self._give(self._transport, self._held)
        elif _END in self._held:
            self._route(*self._held.split(_END, 1))

    def _is_no_request(self) -> bool:
        """Return whether these bytes can't be the beginning of a request to a proxy."""
        method = self._held[:_LONGEST_METHOD].partition(b" ")[0]
        return (
            len(self._held) > _LONGEST_HEAD
            or not method.isalpha()
            or (len(method) == _LONGEST_METHOD)
        )

    def _route(self, head: bytes, rest: bytes) -> None:
        transport = self._transport
        assert transport is not None  # noqa: S101 (there was data)
        self._routed = True
        self._proxy.waiting.discard(transport)
        target = target_of(head)
        if target is None or (target.host in self._proxy.hosts and not target.tunnels):
            self._give(transport, self._held)
        elif target.host in self._proxy.hosts:
            self._work(self._answer(transport, target, rest))
        elif self._proxy.refuses(target.host):
            self._end(transport, 403, f"the mock blocks all requests to {target.host}")
        else:
            self._proxy.note_passed(target.host)
            self._work(self._pass(transport, target, head, rest))

    def _work(self, job: Coroutine[None, None, None]) -> None:
        task = self._loop.create_task(job)
        self._proxy.jobs.add(task)
        task.add_done_callback(self._proxy.jobs.discard)

    def _give(self, transport: asyncio.Transport, data: bytes) -> None:
        """Hand the connection over to the mock, with the bytes received so far."""
        self._routed = True
        self._proxy.waiting.discard(transport)
        protocol = self._server()
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        if data:
            protocol.data_received(data)

    def _end(self, transport: asyncio.Transport, status: int, sentence: str) -> None:
        text = sentence.encode() + b"\n"
        reason = HTTPStatus(status).phrase.encode()
        transport.write(_REFUSED % (status, reason, len(text)) + text)
        transport.close()

    async def _answer(self, transport: asyncio.Transport, target: Target, rest: bytes) -> None:
        """Let the mock answer for a host, over TLS unless the port is 80."""
        transport.write(_ESTABLISHED)
        if target.port == _HTTP:
            self._give(transport, rest)
            return
        if self._proxy.breaks_tls():
            transport.abort()
            return
        early = _Early()
        try:
            inside = await self._loop.start_tls(
                transport,
                early,
                self._proxy.context_for(target.host),
                server_side=True,
                ssl_handshake_timeout=_HANDSHAKE_SECONDS,
            )
        except (OSError, TimeoutError):  # ssl.SSLError is an OSError
            known = self._proxy.distrusted
            known[target.host] = known.get(target.host, 0) + 1
            transport.abort()
            return
        if inside is not None:
            early.give(inside, self._server())

    async def _pass(
        self, transport: asyncio.Transport, target: Target, head: bytes, rest: bytes
    ) -> None:
        """Pass the bytes of a client on to the target host."""
        reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        reader.feed_data(rest)
        try:
            server = await opened(target, self._proxy.upstream)
        except (OSError, TimeoutError) as error:
            self._end(transport, 502, f"{target.address} can't be reached: {error}")
            return
        if target.tunnels:
            transport.write(_ESTABLISHED)
        else:
            server[1].write(forwarded(head))
        client = reader, asyncio.StreamWriter(transport, protocol, reader, self._loop)
        if not await piped(client, server, private=self._proxy.private.encode()):
            self._proxy.refuses(self._proxy.private)


class _Early(asyncio.Protocol):
    """Holds the bytes that follow a handshake, until the mock takes over the connection."""

    def __init__(self) -> None:
        self._held = b""
        self._ended = False

    def data_received(self, data: bytes) -> None:
        self._held += data

    def eof_received(self) -> None:
        self._ended = True

    def give(self, transport: asyncio.Transport, protocol: asyncio.Protocol) -> None:
        """Hand the connection over to a protocol."""
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        if self._held:
            protocol.data_received(self._held)
        if self._ended:
            transport.close()
