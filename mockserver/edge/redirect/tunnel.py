"""Passes bytes between a client and a host that is not mocked."""

from __future__ import annotations

import asyncio
import ssl
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from .targets import Target

_PIECE = 64 * 1024  # bytes
_CONNECT_SECONDS = 30.0
_HEAD_OF_TLS = 2048  # bytes at the start of a TLS handshake that include the name of the host


class _LeakError(ConnectionError):
    """A client uses a tunnel for a private host, but asked for another name or address."""


@dataclass(frozen=True, slots=True)
class Upstream:
    """The proxy through which this machine reaches the Internet."""

    host: str
    port: int
    authorization: bytes = b""

    @classmethod
    def of(cls, url: str | None) -> Upstream | None:
        """Return the proxy at a URL such as ``http://user:password@proxy:3128``, if it is valid."""
        try:
            found = urlsplit(url if "//" in (url or "") else f"http://{url}") if url else None
            if found is None or found.scheme != "http" or not found.hostname:
                return None
            port = found.port or 80
        except ValueError:
            return None
        user = f"{unquote(found.username or '')}:{unquote(found.password or '')}"
        named = b"proxy-authorization: Basic " + b64encode(user.encode()) + b"\r\n"
        return cls(found.hostname, port, named if found.username else b"")


async def opened(
    target: Target, upstream: Upstream | None
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """
    Connect to a target, by way of the proxy ``upstream`` if it is set.

    Raises OSError and TimeoutError.
    """
    async with asyncio.timeout(_CONNECT_SECONDS):
        if upstream is None:
            reader, writer = await asyncio.open_connection(target.host, target.port)
        else:
            reader, writer = await _through(upstream, target)
        if target.secure:
            context = ssl.create_default_context()
            await writer.start_tls(context, server_hostname=target.host)
        return reader, writer


async def _through(
    upstream: Upstream, target: Target
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection(upstream.host, upstream.port)
    address = target.address.encode("idna" if target.host.isascii() else "utf-8")
    writer.write(
        b"CONNECT %b HTTP/1.1\r\nhost: %b\r\n%b\r\n" % (address, address, upstream.authorization)
    )
    try:
        answer = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        writer.close()
        raise ConnectionError("the proxy from the environment gave no answer") from error
    if answer.split(b" ", 2)[1:2] != [b"200"]:
        writer.close()
        said = answer.partition(b"\r\n")[0].decode("latin-1")
        raise ConnectionError(f"the proxy from the environment answered {said!r}")
    return reader, writer


async def piped(
    client: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    server: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    *,
    private: bytes,
) -> bool:
    """
    Pass bytes both ways until both sides have ended; return whether the tunnel was allowed.

    If the client's first bytes name a ``private`` host, as a TLS handshake does, the tunnel is not
    allowed and is closed.
    """
    allowed = True
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_pump(client[0], server[1], private))
            group.create_task(_pump(server[0], client[1], b""))
    except* _LeakError:
        allowed = False
    except* OSError:
        pass  # the client or the server has left
    finally:
        for _, writer in (client, server):
            writer.close()
    return allowed


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, private: bytes) -> None:
    seen = 0
    while data := await reader.read(_PIECE):
        if private and seen < _HEAD_OF_TLS and private in data[:_HEAD_OF_TLS]:
            raise _LeakError
        seen += len(data)
        writer.write(data)
        await writer.drain()
    with suppress(OSError, NotImplementedError):
        writer.write_eof()
